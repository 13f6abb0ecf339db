import { join } from 'node:path';
import { openDatabase } from '../../main/db/open.ts';
import type { Clock, HttpTransport, Logger } from '../../main/ports.ts';
import type { DeliveryEngine, DeliveryHooks } from '../../main/webhooks/delivery-port.ts';
import { createDeliveryEngine, deliveryMigrations } from '../../main/webhooks/engine.ts';
import { ok, type Result } from '../../shared/result.ts';

/** Opens the outbox, a database file of its own beside the server's, and makes the engine over it. Not started yet. */
export function openDelivery(
  dataDir: string,
  deps: { transport: HttpTransport; hooks: DeliveryHooks; clock: Clock; log: Logger },
): Result<{ engine: DeliveryEngine; close: () => void }> {
  const opened = openDatabase(join(dataDir, 'server-outbox.db'), deliveryMigrations, deps);
  if (!opened.ok) return opened;
  const { db } = opened.data;
  // Every sign-up is told by itself: several folded into one would name nobody.
  const engine = createDeliveryEngine({ db, ...deps, fold: null });
  return ok({ engine, close: () => db.close() });
}
