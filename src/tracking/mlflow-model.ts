import { InvalidModelError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import { toOnnxModel } from "../exchange/onnx.js";
import type { DataType, Port } from "../exchange/onnx-messages.js";
import type { EncodedModel } from "../exchange/onnx-model.js";
import { WRITER } from "../persistence/format.js";
import { toBytes } from "../persistence/to-bytes.js";
import type { Files } from "./records.js";

/** The file that says what a folder holds. */
export const MLMODEL = "MLmodel";
/** Our own file in it, which `fromBytes` and `loadModel` read. */
const TRELLIS_FILE = "model.trellis";
const ONNX_FILE = "model.onnx";
/** What Python needs to predict with an ONNX file: the versions that MLflow's flavor "onnx" asks for at least. */
const REQUIREMENTS = ["mlflow>=2.9", "numpy", "onnx>=1.15", "onnxruntime>=1.17"];
const PYTHON = "3.11";
/** What MLflow calls the types of tensors. */
const DTYPES: Readonly<Record<DataType, string>> = {
  float: "float32",
  double: "float64",
  uint8: "uint8",
  int64: "int64",
  bool: "bool",
  string: "str",
};

/**
 * A fitted estimator as a folder that MLflow takes for a model: our own file for us, and ONNX for
 * `mlflow.pyfunc.load_model` and `mlflow models serve`, where the estimator can be written so.
 *
 * Format: https://mlflow.org/docs/latest/ml/model/ and what mlflow/onnx writes. MLmodel is YAML, of which JSON is a part.
 *
 * @throws whatever `toBytes` throws
 */
export async function mlflowModelFiles(estimator: AnyEstimator): Promise<Files> {
  const model = await toBytes(estimator);
  const onnx = await onnxOf(estimator);
  const ours = { trellis: { data: TRELLIS_FILE, writer: WRITER, estimator: estimator.definition.name } };
  if (onnx === null) {
    return { [TRELLIS_FILE]: model, [MLMODEL]: mlmodel({ flavors: ours, model_size_bytes: model.length }) };
  }
  return {
    [TRELLIS_FILE]: model,
    [ONNX_FILE]: onnx.bytes,
    ...environmentFiles(),
    [MLMODEL]: mlmodel({
      flavors: { ...ours, ...onnxFlavors() },
      model_size_bytes: model.length + onnx.bytes.length,
      signature: signatureOf(onnx),
    }),
  };
}

/** The description in a folder of files, with the run and the logged model that it belongs to; none where there is none. */
export function mlmodelAt(files: Files, runId: string, modelId: string | null): Files {
  const description = files[MLMODEL];
  if (description === undefined) return {};
  const described = JSON.parse(new TextDecoder().decode(description)) as object;
  const ids = modelId === null ? {} : { model_id: modelId, model_uuid: modelId };
  return { [MLMODEL]: bytesOf(`${JSON.stringify({ ...described, run_id: runId, ...ids }, null, 2)}\n`) };
}

/** Null for what cannot be written as ONNX. */
async function onnxOf(estimator: AnyEstimator): Promise<EncodedModel | null> {
  try {
    return await toOnnxModel(estimator);
  } catch (error) {
    if (error instanceof InvalidModelError) return null;
    throw error;
  }
}

function onnxFlavors(): object {
  return {
    onnx: {
      data: ONNX_FILE,
      onnx_version: "1.15.0",
      providers: ["CPUExecutionProvider"],
      onnx_session_options: null,
      code: null,
    },
    python_function: {
      loader_module: "mlflow.onnx",
      data: ONNX_FILE,
      env: { conda: "conda.yaml", virtualenv: "python_env.yaml" },
      python_version: PYTHON,
    },
  };
}

function signatureOf({ inputs, outputs }: EncodedModel): object {
  // Doubles, as numpy makes them: MLflow narrows them where the ONNX file takes floats.
  const typeOf = ({ type }: Port) => DTYPES[type === "float" ? "double" : type];
  // A table alone has no name, so that a bare array will do.
  const nameOf = ({ name }: Port) => (inputs.length === 1 ? {} : { name });
  const given = inputs.map((port) => ({ ...nameOf(port), ...tensor(port, typeOf(port)) }));
  const made = outputs.map((port) => ({ name: port.name, ...tensor(port, DTYPES[port.type]) }));
  return { inputs: JSON.stringify(given), outputs: JSON.stringify(made), params: null };
}

/** -1 is a length that each call has its own of. */
function tensor({ shape }: Port, dtype: string): object {
  const sizes = shape!.map((size) => (typeof size === "number" ? size : -1));
  return { type: "tensor", "tensor-spec": { dtype, shape: sizes } };
}

function mlmodel(description: object): Uint8Array {
  const made = new Date().toISOString().replace("T", " ").replace("Z", "000");
  return bytesOf(JSON.stringify({ ...description, mlflow_version: "3.0.0", utc_time_created: made }));
}

/** What makes the environment in which Python predicts. */
function environmentFiles(): Files {
  const pip = REQUIREMENTS.map((requirement) => `  - ${requirement}\n`).join("");
  return {
    "requirements.txt": bytesOf(`${REQUIREMENTS.join("\n")}\n`),
    "python_env.yaml": bytesOf(
      `python: "${PYTHON}"\nbuild_dependencies:\n- pip\n- setuptools\n- wheel\ndependencies:\n- -r requirements.txt\n`,
    ),
    "conda.yaml": bytesOf(
      `name: mlflow-env\nchannels:\n- conda-forge\ndependencies:\n- python=${PYTHON}\n- pip\n- pip:\n${pip}`,
    ),
  };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
