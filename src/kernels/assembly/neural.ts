export { runNetwork, trainNetwork } from "./neural-network";
