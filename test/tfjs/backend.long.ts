// Plain JavaScript, which takes its time.
import { checkBackend } from "./backend-checks.js";

// One batch is one piece of work, and takes this backend seconds in this check.
checkBackend("cpu", ["an epoch that is aborted rejects with the reason within 500 ms"]);
