const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The `summary` of a row that times `accuracies`: its goal is for the difference of their means in points. */
export function compareAccuracies({ ours, peer }) {
  const [oursMean, peerMean] = [mean(ours.accuracies), mean(peer.accuracies)];
  return {
    ratio: oursMean / peerMean,
    goal_of: "difference_points",
    difference_points: 100 * (oursMean - peerMean),
    ours_accuracy: oursMean,
    peer_accuracy: peerMean,
    ours_accuracies: ours.accuracies,
    peer_accuracies: peer.accuracies,
  };
}
