import { Classifier } from "../core/classifier.js";
import type { Definition, FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { optional } from "../core/missing-package.js";
import { real } from "../core/params.js";
import { Regressor } from "../core/regressor.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import { sumOfTrees } from "../tree/predict-trees.js";
import { type TreeNodes, validateNodes } from "../tree/tree-model.js";
import { type CartNode, exported, meanOf, nodesOf, sharesOf } from "./cart-nodes.js";
import { type CartClassifierParams, type CartParams, cartOptions, cartRules } from "./cart-params.js";

/** ml-cart's parameters of a classifier, with its defaults. */
export type MljsDecisionTreeClassifierParams = CartClassifierParams;
/** ml-cart's parameters of a regressor, with its defaults. */
export type MljsDecisionTreeRegressorParams = CartParams;

const classifier: Definition<MljsDecisionTreeClassifierParams> = {
  name: "MljsDecisionTreeClassifier",
  schema: { ...cartRules, gainThreshold: real(0.01, { min: 0 }) },
};

const regressor: Definition<MljsDecisionTreeRegressorParams> = {
  name: "MljsDecisionTreeRegressor",
  schema: cartRules,
};

async function loadCart({ name }: { readonly name: string }, { signal }: FitContext) {
  const cart = await optional(import("ml-cart"), "ml-cart", name);
  signal.throwIfAborted();
  return cart;
}

async function answer(tree: TreeNodes, outputs: number, X: Matrix, ctx: RunContext): Promise<Float64Array> {
  for await (const sum of sumOfTrees([tree], [1], outputs, X, ctx)) return sum;
  throw new Error("unreachable: one count gives one sum");
}

/**
 * The DecisionTreeClassifier of ml-cart (peer), grown by the package on the calling thread, in one go that no signal
 * interrupts. Probabilities are the shares of the classes in the leaf, which ml-cart keeps and does not tell.
 * @throws MissingPackageError in `fit` if ml-cart is not installed; answering needs no package
 * @see https://github.com/mljs/decision-tree-cart
 */
export class MljsDecisionTreeClassifier extends Classifier<MljsDecisionTreeClassifierParams, TreeNodes> {
  constructor(params: Partial<MljsDecisionTreeClassifierParams> = {}) {
    super(classifier, params);
  }

  override async learn(
    { X, y }: TrainingData<LabelTarget>,
    params: Readonly<MljsDecisionTreeClassifierParams>,
    ctx: FitContext,
  ): Promise<TreeNodes> {
    const { DecisionTreeClassifier } = await loadCart(classifier, ctx);
    const tree = new DecisionTreeClassifier(cartOptions(params));
    tree.train(X.toArrays(), Array.from(y.codes));
    const { root } = exported<{ readonly root: CartNode }>(tree);
    return nodesOf(root, (distribution) => sharesOf(distribution, y.classes.length));
  }

  override async infer(
    { model, classes }: FittedWith<MljsDecisionTreeClassifierParams, TreeNodes>,
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): Promise<Matrix> {
    return new Matrix(await answer(model, classes!.length, X, ctx), X.rows, classes!.length);
  }

  override validate({ model, nFeatures, classes }: FittedWith<MljsDecisionTreeClassifierParams, TreeNodes>): void {
    validateNodes(model, nFeatures, classes!.length);
  }
}

/**
 * The DecisionTreeRegression of ml-cart (peer), grown by the package on the calling thread, in one go that no signal
 * interrupts.
 * @throws MissingPackageError in `fit` if ml-cart is not installed; answering needs no package
 * @see https://github.com/mljs/decision-tree-cart
 */
export class MljsDecisionTreeRegressor extends Regressor<MljsDecisionTreeRegressorParams, TreeNodes> {
  constructor(params: Partial<MljsDecisionTreeRegressorParams> = {}) {
    super(regressor, params);
  }

  override async learn(
    { X, y }: TrainingData<NumberTarget>,
    params: Readonly<MljsDecisionTreeRegressorParams>,
    ctx: FitContext,
  ): Promise<TreeNodes> {
    const { DecisionTreeRegression } = await loadCart(regressor, ctx);
    const tree = new DecisionTreeRegression(cartOptions(params));
    tree.train(X.toArrays(), Array.from(y.values));
    return nodesOf(exported<{ readonly root: CartNode }>(tree).root, meanOf);
  }

  override infer(
    { model }: FittedWith<MljsDecisionTreeRegressorParams, TreeNodes>,
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): Promise<Float64Array> {
    return answer(model, 1, X, ctx);
  }

  override validate({ model, nFeatures }: FittedWith<MljsDecisionTreeRegressorParams, TreeNodes>): void {
    validateNodes(model, nFeatures, 1);
  }
}
