import { explain } from '../notify/explain.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { EventName, Notice } from '../../shared/webhook-events.ts';
import type { Delivery } from '../../shared/webhooks.ts';
import { previewRequest } from '../webhooks/build.ts';
import type { DomainHandlers } from './router.ts';
import type { Services } from './services.ts';

/** What a test sends: plainly a test, in the documented shape. */
export function sampleNotice(event: EventName): Notice {
  if (event === 'new_user') return { event, user: { email: 'new.user@example.com', name: 'Test User' } };
  return {
    event,
    chat: { id: 'test', title: 'Test from Hark', last_message: 'This is a test. Your webhook works.' },
    extra: { model: 'hark-demo', durationMs: 12_000, answer: 'This would be the beginning of the answer.' },
  };
}

export function webhookHandlers(
  s: Services,
): DomainHandlers<'webhook'> & DomainHandlers<'target'> & DomainHandlers<'delivery'> {
  const owner = (): Result<string> => {
    const session = s.accounts.session();
    return session.ok ? ok(session.data.owner) : session;
  };
  const withOwner = async <T>(
    call: (owner: string) => Result<T> | Promise<Result<T>>,
  ): Promise<Result<T>> => {
    const found = owner();
    return found.ok ? call(found.data) : found;
  };
  /** A row, if it is this account's. */
  const ownRow = (me: string, id: string): Result<Delivery> => {
    const row = s.delivery.get(id);
    const mine = row && s.targets.list(me).some((t) => t.id === row.targetId);
    return row && mine ? ok(row) : fail('NOT_FOUND', 'This delivery is no longer in the log.');
  };

  return {
    'webhook.get': () => withOwner((me) => ok(s.targets.main(me))),
    'webhook.save': ({ url }) => withOwner((me) => s.targets.saveMain(me, url)),
    'webhook.test': ({ url }) =>
      withOwner(async (me) => {
        if (url !== undefined && url.trim() !== '') {
          const typed = await s.targets.resolveUrl(me, url);
          return typed.ok ? ok(await s.delivery.test(typed.data, sampleNotice('chat_response'))) : typed;
        }
        const main = s.targets.main(me);
        const stored = main && (await s.targets.resolve(main.id));
        if (!stored)
          return fail('VALIDATION_FAILED', 'Enter the address of the webhook first.', { field: 'url' });
        return ok(await s.delivery.test(stored, sampleNotice('chat_response')));
      }),

    'target.list': () => withOwner((me) => ok(s.targets.list(me))),
    'target.save': (input) => withOwner((me) => s.targets.save(me, input)),
    'target.delete': ({ id }) => withOwner((me) => s.targets.delete(me, id)),
    'target.resume': ({ id }) =>
      withOwner((me) => {
        const resumed = s.targets.resume(me, id);
        if (resumed.ok) s.delivery.wake();
        return resumed;
      }),
    'target.test': ({ id }) =>
      withOwner(async (me) => {
        const stored = s.targets.list(me).some((t) => t.id === id) ? await s.targets.resolve(id) : null;
        if (!stored) return fail('NOT_FOUND', 'This target no longer exists, or its address cannot be read.');
        return ok(await s.delivery.test(stored, sampleNotice(stored.settings.events[0] ?? 'chat_response')));
      }),
    'target.preview': ({ target, event }) =>
      withOwner(async (me) => {
        const resolved = await s.targets.resolveInput(me, target);
        if (!resolved.ok) return resolved;
        const request = previewRequest(resolved.data, sampleNotice(event), {
          deliveryId: 'msg_preview',
          nowMs: s.now(),
        });
        return ok({
          method: request.method,
          url: request.url,
          headers: Object.entries(request.headers),
          body: request.body,
        });
      }),
    'target.rotate_secret': ({ id }) => withOwner((me) => s.targets.rotateSecret(me, id)),
    'target.remove_secret': ({ id }) => withOwner((me) => s.targets.removeSecret(me, id)),

    'delivery.list': ({ scope, ...query }) =>
      withOwner((me) => ok(s.delivery.list({ ...query, scope, owner: me }))),
    'delivery.redeliver': ({ id }) =>
      withOwner((me) => {
        const row = ownRow(me, id);
        return row.ok ? s.delivery.redeliver(id) : row;
      }),
    'delivery.curl': ({ id }) =>
      withOwner(async (me) => {
        const row = ownRow(me, id);
        if (!row.ok) return row;
        const command = await s.delivery.curl(id);
        return command.ok ? ok({ command: command.data }) : command;
      }),
    'delivery.export': ({ scope }) =>
      withOwner((me) =>
        ok({ json: JSON.stringify(s.delivery.list({ scope, owner: me, limit: 10_000 }).items, null, 2) }),
      ),
    'delivery.explain_last': () =>
      withOwner((me) => {
        const run = s.runStore.lastEnded(me);
        const rows = (run?.deliveryIds ?? []).map((id) => s.delivery.get(id)).filter((r) => r !== null);
        return ok(explain(run, rows));
      }),
  };
}
