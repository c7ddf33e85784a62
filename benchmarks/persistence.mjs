// The rows of `npm run bench -- persistence`: how large a saved forest is, and how soon it is there again.
import { firstRows, mnistOf, stratifiedSplit } from "./harness/data.mjs";

const SPLIT_SEED = 42;

/**
 * @param {import("./harness/data.mjs").DataFolder} folder
 * @param {boolean} quick small sizes, to try the benchmarks themselves
 * @returns {import("./harness/compare.mjs").Row[]}
 */
export function rows(folder, quick) {
  const size = (full, small) => (quick ? small : full);
  const trees = size(100, 10);

  /** The two rows of one forest. */
  const ofForest = (suffix, criterion, count, table) => {
    const forest = `${trees} trees, ${criterion}, MNIST ${count} x 784`;
    const row = {
      peer: "scikit-learn saved",
      cpus: [0, 1],
      onlyLts: true,
      tables: () => [folder.load("train", `persistence-${count}`, () => table(count))],
    };
    const fit = {
      ...{ op: "fit", data: "train", jobs: 2 },
      params: { nEstimators: trees, criterion, randomState: 0 },
    };
    return [
      {
        ...row,
        id: `file-size${suffix}`,
        what: `${forest}: the ratio is the bytes of joblib.dump / ours; times are of saving`,
        goal: 3,
        rounds: 1,
        warm: [fit],
        timed: { op: "save" },
        summary: ({ ours, peer }) => ({
          ...{ ours_bytes: ours.bytes, peer_bytes: peer.bytes },
          ratio: peer.bytes / ours.bytes,
        }),
      },
      {
        ...row,
        id: `load${suffix}`,
        what: `load that file, which the system holds in memory: median of ${size(20, 3)} loads a round, against joblib.load`,
        goal: 5,
        warm: [fit, { op: "save" }, { op: "restore", repeat: 3 }],
        timed: { op: "restore", repeat: size(20, 3) },
      },
    ];
  };

  return [
    ...ofForest("", "entropy", size(6000, 600), (count) => stratifiedSplit(mnistOf("t10k"), count, SPLIT_SEED)[0]),
    ...ofForest("-60k", "gini", size(60_000, 1000), (count) => firstRows(mnistOf("train"), count)),
  ];
}
