type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The topology of a model with its layers named by type and number: dense_1. Names that tfjs makes up count on from model to model,
 * so the same model would never be the same twice.
 *
 * @returns the topology, and how weights are called then
 */
export function plainTopology(topology: string): { readonly topology: string; rename(weight: string): string } {
  const parsed = JSON.parse(topology) as Json;
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  collect(parsed, (name, type) => {
    if (names.has(name)) return;
    const plain = type.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
    const count = (counts.get(plain) ?? 0) + 1;
    counts.set(plain, count);
    names.set(name, `${plain}_${count}`);
  });
  // A weight is called after its layers, from the outermost on: bidirectional_1/forward_lstm_1/kernel.
  const plainPart = (part: string) => {
    const [, direction, name] = /^((?:forward_|backward_)?)(.*)$/s.exec(part)!;
    return names.get(part) ?? `${direction}${names.get(name!) ?? name}`;
  };
  const rename = (weight: string) => weight.split("/").map(plainPart).join("/");
  return { topology: JSON.stringify(renamed(parsed, names, false)), rename };
}

/** Tells of every layer: { class_name, config: { name } }. */
function collect(value: Json, tell: (name: string, type: string) => void): void {
  if (typeof value !== "object" || value === null) return;
  if (!isList(value)) {
    const { class_name: type, config } = value;
    if (typeof type === "string" && typeof config === "object" && config !== null && !isList(config)) {
      if (typeof config.name === "string") tell(config.name, type);
    }
  }
  for (const part of Object.values(value)) collect(part as Json, tell);
}

/** Where layers are referred to by their names. */
const REFERENCES = ["name", "inbound_nodes", "input_layers", "output_layers"];

function renamed(value: Json, names: ReadonlyMap<string, string>, isReference: boolean): Json {
  if (typeof value === "string") return isReference ? (names.get(value) ?? value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map((part) => renamed(part, names, isReference));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, renamed(part, names, REFERENCES.includes(key))]),
  );
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
