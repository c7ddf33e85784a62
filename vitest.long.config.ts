import config from "./vitest.config.js";

/** Tests that take minutes, apart from those that `npm test` runs. */
export default { ...config, test: { ...config.test, include: ["test/**/*.long.ts"] } };
