import * as z from 'zod';
import type { AdminUser } from '../../shared/domain.ts';
import type { TargetView } from '../../shared/webhooks.ts';
import type { Session } from '../accounts/accounts.ts';
import { toAdminUsers } from '../backend/wire.ts';
import { decide } from '../notify/policy.ts';
import type { ActivityState } from '../../shared/domain.ts';
import type { Clock, Logger, SettingsStore } from '../ports.ts';
import type { DeliveryEngine, EnqueueInput } from '../webhooks/delivery-port.ts';

/** How often the list is asked for: a server of this computer may be asked more often than another's. */
const INTERVAL_EMBEDDED_MS = 5_000;
const INTERVAL_REMOTE_MS = 60_000;
/** Asked at ±20 %, so that several admins do not ask in step. */
const JITTER = 0.2;
/** Pages looked through for new accounts before the rest is left to the next look. */
const MAX_PAGES = 10;
const STORE_KEY = 'signupWatch';

/** Everyone created later than `newest`, or at that second and not among `ids`, is new. */
const mark = z.object({ newest: z.number(), ids: z.array(z.string()) });
type Mark = z.infer<typeof mark>;

export interface SignupWatch {
  attach: (session: Session) => void;
  detach: () => void;
  /** A target came to listen, or stopped: looking starts or ends. */
  targetsChanged: () => void;
}

/**
 * Notices new accounts by itself while an admin is signed in: no event tells an admin, so the user list
 * is asked for, newest first. It looks only while a target listens to `new_user`. The first look is the
 * baseline and tells nobody; what was told is remembered over restarts, and the outbox key makes sure.
 */
export function createSignupWatch(options: {
  clock: Clock;
  log: Logger;
  store: SettingsStore;
  delivery: DeliveryEngine;
  targets: (owner: string) => TargetView[];
  activity: () => ActivityState;
  embedded: (session: Session) => boolean;
  random?: () => number;
}): SignupWatch {
  const { clock, log, store } = options;
  const random = options.random ?? Math.random;
  let session: Session | null = null;
  let cancel: () => void = () => undefined;
  let armed = false;

  const listeners = (owner: string): TargetView[] =>
    options.targets(owner).filter((target) => target.events.includes('new_user'));

  const marks = (): Record<string, Mark> => {
    const parsed = z.record(z.string(), mark).safeParse(store.get(STORE_KEY));
    return parsed.success ? parsed.data : {};
  };
  const remember = (owner: string, next: Mark): void => store.set(STORE_KEY, { ...marks(), [owner]: next });

  const tell = (s: Session, user: AdminUser): boolean => {
    const now = clock.now();
    const rows = listeners(s.owner).map((target): EnqueueInput => {
      const decision = decide({
        event: 'new_user',
        target,
        activity: options.activity(),
        now,
        durationMs: null,
        holdSeconds: 0,
      });
      return {
        key: `${s.serverId}|signup|${user.id}|${target.id}`,
        scope: 'user',
        owner: s.owner,
        targetId: target.id,
        notice: { event: 'new_user', user: { email: user.email, name: user.name } },
        expiresAt: decision.expiresAt,
        ...(decision.send
          ? decision.notBefore === undefined
            ? {}
            : { notBefore: decision.notBefore }
          : { suppressed: decision.reason }),
      };
    });
    const written = options.delivery.enqueue(rows);
    if (!written.ok)
      log.error('a sign-up could not be written to the outbox; it is told at the next look', {
        code: written.error.code,
      });
    return written.ok;
  };

  /** Everyone new since the mark, oldest first; null when the list could not be had. */
  const newcomers = async (
    s: Session,
    since: Mark | null,
  ): Promise<{ users: AdminUser[]; next: Mark } | null> => {
    const found: AdminUser[] = [];
    let newest = since?.newest ?? 0;
    let ids = new Set(since?.ids ?? []);
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const list = await s.client.users({ page, query: '', order_by: 'created_at', direction: 'desc' });
      if (!list.ok) {
        log.info('the user list could not be had', { code: list.error.code });
        return null;
      }
      const users = toAdminUsers(list.data);
      const fresh = since
        ? users.filter(
            (u) => u.createdAt > since.newest || (u.createdAt === since.newest && !since.ids.includes(u.id)),
          )
        : users;
      found.push(...fresh);
      for (const u of fresh)
        if (u.createdAt > newest) {
          newest = u.createdAt;
          ids = new Set([u.id]);
        } else if (u.createdAt === newest) ids.add(u.id);
      // The first look needs the newest alone; later ones end with the first page that holds someone known.
      if (!since || fresh.length < users.length || users.length === 0) break;
    }
    return { users: since ? found.reverse() : [], next: { newest, ids: [...ids] } };
  };

  const look = async (): Promise<void> => {
    const s = session;
    if (!s || listeners(s.owner).length === 0) return;
    const before = marks()[s.owner] ?? null;
    const result = await newcomers(s, before);
    if (!result || session?.owner !== s.owner) return;
    for (const user of result.users) if (!tell(s, user)) return;
    if (JSON.stringify(result.next) !== JSON.stringify(before)) remember(s.owner, result.next);
  };
  const arm = (ms: number): void => {
    armed = true;
    cancel = clock.after(ms, () => {
      look()
        .catch((error: unknown) => log.error('looking for sign-ups failed', { error: String(error) }))
        .finally(() => {
          armed = false;
          update();
        });
    });
  };
  /** Looks while an admin is signed in and a target listens; asks nothing otherwise. */
  const update = (first = false): void => {
    const wanted = session !== null && session.user.role === 'admin' && listeners(session.owner).length > 0;
    if (!wanted) {
      cancel();
      armed = false;
      return;
    }
    if (armed || !session) return;
    const interval = options.embedded(session) ? INTERVAL_EMBEDDED_MS : INTERVAL_REMOTE_MS;
    arm(first ? 0 : interval * (1 + JITTER * (2 * random() - 1)));
  };

  return {
    attach: (next) => {
      cancel();
      armed = false;
      session = next;
      update(true);
    },
    detach: () => {
      session = null;
      update();
    },
    targetsChanged: () => update(true),
  };
}
