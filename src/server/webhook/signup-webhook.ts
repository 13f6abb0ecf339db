import * as z from 'zod';
import type { Clock, Logger, Vault } from '../../main/ports.ts';
import type { DeliveryEngine, DeliveryHooks } from '../../main/webhooks/delivery-port.ts';
import { maskUrl } from '../../main/webhooks/mask.ts';
import { receiverOf, recogniseReceiver } from '../../main/webhooks/receivers/index.ts';
import type { ResolvedTarget } from '../../main/webhooks/types.ts';
import { checkWebhookUrl } from '../../main/webhooks/url-rules.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { Delivery, TestOutcome } from '../../shared/webhooks.ts';
import type { UserStore } from '../accounts/users.ts';
import type { ConfigStore } from '../store/config.ts';

/** The delivery engine keeps rows per owner and target; here there is one of each. */
export const OWNER = 'server';
export const TARGET_ID = 'signup-webhook';
const VAULT_NAME = 'signup-webhook-url';
const KEY = 'webhook';
const SHELF_LIFE_MS = 7 * 24 * 3_600_000;

export interface WebhookView {
  url_masked: string;
  kind: string;
  warnings: string[];
  /** True while it comes from WEBHOOK_URL and nothing was saved. */
  from_environment: boolean;
  /** Why sending stopped; null while it goes on. */
  paused: string | null;
}

export interface SignupWebhook {
  /** The whole URL, for the admin who edits it; '' when there is none. */
  url: () => Promise<string>;
  view: () => Promise<WebhookView | null>;
  /** Saves a URL; '' switches the webhook off, WEBHOOK_URL included. Errors: VALIDATION_FAILED, STORAGE. */
  save: (url: string) => Promise<Result<null>>;
  /** Puts every sign-up not yet in the outbox there. Returns at once, and never fails to its caller. */
  announceNew: () => void;
  /** Sends a sample sign-up at once, to the URL given or the one in force. */
  test: (url: string | null) => Promise<Result<TestOutcome>>;
  deliveries: (limit: number) => Delivery[];
  redeliver: (id: string) => Result<null>;
  /** What the delivery engine asks. */
  hooks: DeliveryHooks;
  /** The engine is made after the hooks it needs. */
  connect: (engine: DeliveryEngine) => void;
  /** Resolves when announcements under way are in the outbox. */
  settled: () => Promise<void>;
}

const stored = z.object({
  /** A saved value, the empty one included, wins over the environment. */
  saved: z.boolean(),
  paused: z.object({ at: z.number(), words: z.string() }).nullable(),
});

/**
 * The admin's webhook for sign-ups. The URL is a secret and lies in the vault; sign-ups are marked in
 * the accounts table in the transaction that makes them, and unmarked once they are in the outbox, so
 * that a crash in between loses none and the outbox's unique key doubles none.
 */
export function createSignupWebhook(deps: {
  config: ConfigStore;
  vault: Vault;
  users: UserStore;
  clock: Clock;
  log: Logger;
  /** WEBHOOK_URL: the first value, until one is saved. */
  environmentUrl: string | undefined;
}): SignupWebhook {
  const { config, vault, users, clock, log } = deps;
  const state = () => config.get(KEY, stored, { saved: false, paused: null });
  let engine: DeliveryEngine | null = null;
  let announcing: Promise<void> = Promise.resolve();

  const currentUrl = async (): Promise<string> => {
    if (!state().saved) return (deps.environmentUrl ?? '').trim();
    return (await vault.get(VAULT_NAME)) ?? '';
  };

  const resolve = (text: string): Result<ResolvedTarget & { warnings: string[] }> => {
    const checked = checkWebhookUrl(text, { origin: 'typed' });
    if (!checked.ok) return checked;
    const { url, userinfo, warnings } = checked.data;
    const parsed = new URL(url);
    const receiver = receiverOf(recogniseReceiver(parsed));
    for (const option of receiver.options)
      if (option.required && !parsed.searchParams.get(option.name))
        return fail('VALIDATION_FAILED', `${receiver.label} needs “${option.label}”: ${option.hint}`, {
          field: 'url',
        });
    const headers: [string, string][] = userinfo
      ? [
          [
            'Authorization',
            `Basic ${Buffer.from(`${userinfo.username}:${userinfo.password}`, 'utf8').toString('base64')}`,
          ],
        ]
      : [];
    return ok({
      url,
      headers,
      signingSecrets: [],
      warnings: [...new Set([...warnings, ...receiver.warnings(parsed)])],
      settings: {
        id: TARGET_ID,
        name: 'Sign-up webhook',
        kind: receiver.kind,
        kindChosen: false,
        enabled: true,
        events: ['new_user'],
        when: { mode: 'always' },
        privacy: 'full',
        minAnswerSeconds: 0,
        quietHours: null,
        shelfLifeHours: SHELF_LIFE_MS / 3_600_000,
        headerNames: headers.map(([name]) => name),
        options: {},
        caPem: null,
        signing: { enabled: false, previousUntil: null },
        paused: state().paused,
        createdAt: 0,
      },
    });
  };

  const announce = async (): Promise<void> => {
    const waiting = users.toAnnounce();
    if (waiting.length === 0) return;
    if (engine && (await currentUrl()) !== '' && state().paused === null) {
      const expiresAt = clock.now() + SHELF_LIFE_MS;
      const queued = engine.enqueue(
        waiting.map((user) => ({
          key: `signup:${user.id}`,
          scope: 'admin' as const,
          owner: OWNER,
          targetId: TARGET_ID,
          notice: { event: 'new_user' as const, user: { email: user.email, name: user.name } },
          expiresAt,
        })),
      );
      if (!queued.ok) {
        log.error('a sign-up could not be put in the outbox; it is tried again later', {
          words: queued.error.message,
        });
        return;
      }
    }
    // Without a webhook there is nobody to tell, now or later.
    for (const user of waiting) users.announced(user.id);
  };

  return {
    url: currentUrl,
    view: async () => {
      const url = await currentUrl();
      if (url === '') return null;
      const { saved, paused } = state();
      const resolved = resolve(url);
      return {
        url_masked: maskUrl(url),
        kind: resolved.ok ? resolved.data.settings.kind : 'generic',
        warnings: resolved.ok ? resolved.data.warnings : [resolved.error.message],
        from_environment: !saved,
        paused: paused?.words ?? null,
      };
    },
    save: async (text) => {
      const url = text.trim();
      if (url !== '') {
        const checked = resolve(url);
        if (!checked.ok) return checked;
      }
      const kept = url === '' ? await vault.delete(VAULT_NAME) : await vault.set(VAULT_NAME, url);
      if (!kept.ok) return kept;
      config.set(KEY, { saved: true, paused: null });
      engine?.wake();
      return ok(null);
    },
    announceNew: () => {
      announcing = announcing.then(announce).catch((error: unknown) => {
        log.error('sign-ups could not be announced', {
          error: error instanceof Error ? error.stack : String(error),
        });
      });
    },
    test: async (text) => {
      const url = text?.trim() || (await currentUrl());
      if (url === '')
        return fail('VALIDATION_FAILED', 'Enter the address of the webhook first.', { field: 'url' });
      const target = resolve(url);
      if (!target.ok) return target;
      if (!engine) return fail('INTERNAL', 'The server is still starting. Try again in a moment.');
      const { warnings: _warnings, ...resolved } = target.data;
      return ok(
        await engine.test(resolved, {
          event: 'new_user',
          user: { email: 'test@example.com', name: 'Test from Hark' },
        }),
      );
    },
    deliveries: (limit) => engine?.list({ scope: 'admin', owner: OWNER, limit }).items ?? [],
    redeliver: (id) => {
      if (!engine || engine.get(id)?.targetId !== TARGET_ID)
        return fail('NOT_FOUND', 'This delivery is not in the log any more.');
      return engine.redeliver(id);
    },
    hooks: {
      resolveTarget: async (targetId) => {
        if (targetId !== TARGET_ID) return null;
        const url = await currentUrl();
        if (url === '') return null;
        const target = resolve(url);
        if (!target.ok) {
          log.warn('the sign-up webhook cannot be used', { words: target.error.message });
          return null;
        }
        const { warnings: _warnings, ...resolved } = target.data;
        return resolved;
      },
      onTargetGone: (_id, words) => {
        log.warn('the sign-up webhook is gone; nothing more is sent until it is saved again');
        config.set(KEY, { ...state(), paused: { at: clock.now(), words } });
      },
      onChange: () => undefined,
    },
    connect: (made) => (engine = made),
    settled: () => announcing,
  };
}
