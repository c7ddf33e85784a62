import { render } from "preact";
import { App } from "./app.js";
import { ServiceClient } from "./service/service-client.js";

const service = new ServiceClient();
service.watch();
render(<App service={service} />, document.getElementById("page")!);
