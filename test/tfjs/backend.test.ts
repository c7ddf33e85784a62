import "@tensorflow/tfjs-backend-wasm";
import { checkBackend } from "./backend-checks.js";

checkBackend("wasm");
