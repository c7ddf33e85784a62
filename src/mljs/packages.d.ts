/** What is used of packages that bring no types, or types that do not compile (ml-random-forest 2.1.0). */
declare module "ml-cart" {
  interface CartOptions {
    minNumSamples?: number;
    maxDepth?: number;
    gainThreshold?: number;
  }
  class Tree {
    constructor(options?: CartOptions);
    train(X: readonly (readonly number[])[], y: readonly number[]): void;
    predict(X: readonly (readonly number[])[]): number[];
    toJSON(): object;
  }
  export class DecisionTreeClassifier extends Tree {}
  export class DecisionTreeRegression extends Tree {}
}

declare module "ml-random-forest" {
  interface ForestOptions {
    nEstimators?: number;
    maxFeatures?: number;
    replacement?: boolean;
    useSampleBagging?: boolean;
    noOOB?: boolean;
    seed?: number;
    treeOptions?: object;
  }
  class Forest {
    constructor(options?: ForestOptions);
    train(X: readonly (readonly number[])[], y: readonly number[]): void;
    predict(X: readonly (readonly number[])[]): number[];
    predictionValues(X: readonly (readonly number[])[]): { to2DArray(): number[][] };
    toJSON(): object;
  }
  export class RandomForestClassifier extends Forest {}
  export class RandomForestRegression extends Forest {}
}

declare module "ml-svm" {
  interface SvmOptions {
    C?: number;
    tol?: number;
    maxPasses?: number;
    maxIterations?: number;
    kernel?: string | { compute(x: ArrayLike<number>, y: ArrayLike<number>): number };
    kernelOptions?: object;
    whitening?: boolean;
    random?: () => number;
  }
  /** `W` of linear kernels, the rest of all others. */
  interface SvmJson {
    readonly b: number;
    readonly W?: readonly number[];
    readonly X?: readonly (readonly number[])[];
    readonly Y?: readonly number[];
    readonly alphas?: readonly number[];
  }
  // biome-ignore lint/style/noDefaultExport: this is what the package has
  export default class SVM {
    constructor(options?: SvmOptions);
    train(X: readonly (readonly number[])[], y: readonly number[]): void;
    predict(X: readonly (readonly number[])[]): number[];
    marginOne(row: readonly number[]): number;
    toJSON(): SvmJson;
  }
}
