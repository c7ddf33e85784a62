import { createService } from "./create-service.js";
import type { Service, ServiceOptions } from "./service.js";

/**
 * Serves models until the process is told to end: on SIGTERM or SIGINT it is not ready any more, answers the requests in flight and
 * exits with 0; a second one, or a fault that nobody caught, ends it with 1.
 *
 * Resolves when it listens.
 */
export async function serve(options: ServiceOptions): Promise<Service> {
  const service = await createService(options);
  endWithProcess(service);
  await service.listen();
  return service;
}

/** For services that are started otherwise: the same on signals and on faults. */
export function endWithProcess(service: Service): void {
  const end = async (code: number) => {
    if (service.isDraining) process.exit(1);
    await service
      .close()
      .catch((error) => service.log.fatal({ err: error }, "the service could not be ended in order"));
    process.exit(code);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      service.log.info({ signal }, "draining");
      void end(0);
    });
  }
  for (const fault of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(fault, (error: unknown) => {
      service.log.fatal({ err: error }, fault);
      void end(1);
    });
  }
}
