/** Stands in for vitest in a page: what a file of tests declares is collected, to be run one after the other. */
export const tests: { readonly title: string; readonly run: () => unknown }[] = [];
export const endings: (() => unknown)[] = [];

const groups: string[] = [];

export function describe(title: string, declare: () => void): void {
  groups.push(title);
  declare();
  groups.pop();
}

export function it(title: string, run: () => unknown): void {
  tests.push({ title: [...groups, title].join(" > "), run });
}

export function afterAll(end: () => unknown): void {
  endings.push(end);
}
