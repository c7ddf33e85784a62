/** What paths are made of; every estimator is one. */
export interface Configurable {
  readonly params: object;
  readonly members: object;
}

/** Every legal parameter path of E: its own names, and `member__path` for its members, however deep. */
export type Path<E extends Configurable> =
  | (keyof E["params"] & string)
  | {
      [N in keyof E["members"] & string]: E["members"][N] extends Configurable
        ? `${N}__${Path<E["members"][N]>}`
        : never;
    }[keyof E["members"] & string];

/** The type of the parameter at path K. */
export type At<E extends Configurable, K> = K extends keyof E["params"]
  ? E["params"][K]
  : K extends `${infer N}__${infer R}`
    ? N extends keyof E["members"]
      ? E["members"][N] extends Configurable
        ? At<E["members"][N], R>
        : never
      : never
    : never;

/** Some parameters of E and of its members with new values. */
export type Patch<E extends Configurable> = { readonly [K in Path<E>]?: At<E, K> };

/** For some parameters of E and of its members, the values to try. */
export type ParamGrid<E extends Configurable> = { readonly [K in Path<E>]?: readonly At<E, K>[] };
