import { createHash, randomUUID } from 'node:crypto';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { TargetInput } from '../../shared/ipc/routes.ts';
import type { ReceiverKind, TargetSettings, TargetView } from '../../shared/webhooks.ts';
import type { Clock, Logger, SettingsStore, Vault } from '../ports.ts';
import { checkHeaders } from '../webhooks/headers.ts';
import { basicAuth, maskUrl } from '../webhooks/mask.ts';
import { receiverOf, recogniseReceiver } from '../webhooks/receivers/index.ts';
import { makeSecret } from '../webhooks/signing.ts';
import type { ResolvedTarget } from '../webhooks/types.ts';
import { checkWebhookUrl } from '../webhooks/url-rules.ts';
import { isTimeZone } from './quiet-hours.ts';

/** After a rotation both keys sign for this long, so that a receiver can change over (Standard Webhooks, key rotation). */
const ROTATION_MS = 24 * 3_600_000;
const STORE_KEY = 'targets';

/** As kept in the settings store: no secrets, but whose it is and how its URL may be shown. */
interface StoredTarget extends TargetView {
  owner: string;
}
/** What the vault keeps of a target, as one JSON text. */
interface TargetSecrets {
  url: string;
  headers: [string, string][];
  signing: { current: string; previous: string | null } | null;
}

export interface Targets {
  list: (owner: string) => TargetView[];
  /** The one behind the simple field "Notification Webhook". */
  main: (owner: string) => TargetView | null;
  /** Saves the simple field; an empty URL removes the target. */
  saveMain: (owner: string, url: string) => Promise<Result<TargetView | null>>;
  save: (owner: string, input: TargetInput) => Promise<Result<TargetView>>;
  delete: (owner: string, id: string) => Promise<Result<null>>;
  resume: (owner: string, id: string) => Result<TargetView>;
  /** The receiver is gone: nothing more is sent until the user resumes. Gives the target, if it still exists. */
  pause: (id: string, words: string) => TargetView | null;
  /** With secrets, for one send; null when it no longer exists or its secrets cannot be read. */
  resolve: (id: string) => Promise<ResolvedTarget | null>;
  /** A target as typed, not saved, with stored secrets where the input leaves them: for tests and previews. */
  resolveInput: (owner: string, input: TargetInput) => Promise<Result<ResolvedTarget>>;
  /** The simple field's target as typed, for a test before Save. */
  resolveUrl: (owner: string, url: string) => Promise<Result<ResolvedTarget>>;
  rotateSecret: (owner: string, id: string) => Promise<Result<{ secret: string; target: TargetView }>>;
  removeSecret: (owner: string, id: string) => Promise<Result<TargetView>>;
}

const mainId = (owner: string): string =>
  `main-${createHash('sha256').update(owner).digest('hex').slice(0, 12)}`;
const vaultName = (id: string): string => `target/${id}`;

/** The simple field and the admin's take no credentials: one line is no place for a password. */
export function refuseCredentials(url: string): Result<null> {
  const checked = checkWebhookUrl(url, { origin: 'typed' });
  if (!checked.ok) return fail(checked.error.code, checked.error.message, { field: 'url' });
  if (!checked.data.userinfo) return ok(null);
  return fail(
    'VALIDATION_FAILED',
    'The address holds a user name and password. Take them out; under “More targets” they can be sent as a header instead.',
    { field: 'url' },
  );
}

/** What the simple field stands for: told of answers, at once, whenever nobody looks. */
const simpleInput = (id: string, url: string): TargetInput => ({
  id,
  name: 'Notification Webhook',
  url,
  kind: null,
  enabled: true,
  events: ['chat_response', 'chat_failed', 'chat_needs_input'],
  when: { mode: 'away' },
  privacy: 'full',
  minAnswerSeconds: 0,
  quietHours: null,
  shelfLifeHours: 24,
  headers: [],
  options: {},
  caPem: null,
});

const toInput = (view: TargetView, url: string | null): TargetInput => ({
  ...simpleInput(view.id, ''),
  url,
  name: view.name,
  kind: view.kindChosen ? view.kind : null,
  enabled: view.enabled,
  events: view.events,
  when: view.when,
  privacy: view.privacy,
  minAnswerSeconds: view.minAnswerSeconds,
  quietHours: view.quietHours,
  shelfLifeHours: view.shelfLifeHours,
  headers: view.headerNames.map((name) => ({ name, value: null })),
  options: view.options,
  caPem: view.caPem,
});

/** Webhook targets: settings in the store, secrets in the vault, checked at the edge. */
export function createTargets(options: {
  store: SettingsStore;
  vault: Vault;
  clock: Clock;
  log: Logger;
  onChange: () => void;
}): Targets {
  const { store, vault, clock, log } = options;
  const read = (): StoredTarget[] => {
    const stored = store.get(STORE_KEY);
    return Array.isArray(stored) ? (stored as StoredTarget[]) : [];
  };
  let targets = read();
  const write = (next: StoredTarget[]): void => {
    targets = next;
    store.set(STORE_KEY, next);
    options.onChange();
  };
  const replace = (target: StoredTarget): void =>
    write(
      targets.some((t) => t.id === target.id)
        ? targets.map((t) => (t.id === target.id ? target : t))
        : [...targets, target],
    );
  const find = (owner: string, id: string): StoredTarget | null =>
    targets.find((t) => t.owner === owner && t.id === id) ?? null;
  const view = ({ owner: _owner, ...rest }: StoredTarget): TargetView => rest;
  const missing = (): Result<never> => fail('NOT_FOUND', 'This target no longer exists.');

  const secretsOf = async (id: string): Promise<TargetSecrets | null> => {
    const text = await vault.get(vaultName(id));
    if (text === null) return null;
    try {
      return JSON.parse(text) as TargetSecrets;
    } catch (error) {
      log.error('the secrets of a target cannot be read', { target: id, error: String(error) });
      return null;
    }
  };

  /** Checks an input whole and puts settings and secrets together; nothing is stored. */
  const compose = async (
    owner: string,
    input: TargetInput,
  ): Promise<Result<{ target: StoredTarget; secrets: TargetSecrets }>> => {
    const before = input.id === null ? null : find(owner, input.id);
    const kept = before ? await secretsOf(before.id) : null;
    let url = kept?.url ?? null;
    let warnings = before?.warnings ?? [];
    const headers = new Map<string, string>();
    if (input.url !== null) {
      const checked = checkWebhookUrl(input.url, { origin: 'typed' });
      if (!checked.ok) return fail(checked.error.code, checked.error.message, { field: 'url' });
      url = checked.data.url;
      warnings = checked.data.warnings;
      const { userinfo } = checked.data;
      // Credentials do not stay in a URL, where they would be logged and shown.
      if (userinfo) headers.set('Authorization', basicAuth(userinfo.username, userinfo.password));
    }
    if (url === null)
      return before
        ? fail('VALIDATION_FAILED', 'The stored address cannot be read any more. Enter it again.', {
            field: 'url',
          })
        : fail('VALIDATION_FAILED', 'Enter the address of the webhook.', { field: 'url' });

    for (const { name, value } of input.headers) {
      const stored = kept?.headers.find(([n]) => n.toLowerCase() === name.toLowerCase())?.[1];
      const text = value ?? stored;
      if (text === undefined)
        return fail('VALIDATION_FAILED', `Enter a value for the header “${name}”.`, { field: 'headers' });
      headers.set(name, text);
    }
    const headersChecked = checkHeaders([...headers].map(([name, value]) => ({ name, value })));
    if (!headersChecked.ok)
      return fail('VALIDATION_FAILED', headersChecked.error.message, { field: 'headers' });
    if (input.quietHours && !isTimeZone(input.quietHours.timeZone))
      return fail('VALIDATION_FAILED', 'This time zone is not known. Write it as in “Europe/Berlin”.', {
        field: 'quietHours',
      });
    if (
      input.caPem !== null &&
      !/-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(input.caPem)
    )
      return fail(
        'VALIDATION_FAILED',
        'A certificate is text that begins with “-----BEGIN CERTIFICATE-----”.',
        { field: 'caPem' },
      );

    const parsed = new URL(url);
    const kind: ReceiverKind = input.kind ?? recogniseReceiver(parsed);
    const receiver = receiverOf(kind);
    for (const option of receiver.options)
      if (option.required && !input.options[option.name]?.trim())
        return fail('VALIDATION_FAILED', `${receiver.label} needs “${option.label}”: ${option.hint}`, {
          field: `options.${option.name}`,
        });

    const id = input.id ?? randomUUID();
    const target: StoredTarget = {
      id,
      owner,
      name: input.name || receiver.label,
      kind,
      kindChosen: input.kind !== null,
      enabled: input.enabled,
      events: input.events,
      when: input.when,
      privacy: input.privacy,
      minAnswerSeconds: input.minAnswerSeconds,
      quietHours: input.quietHours,
      shelfLifeHours: input.shelfLifeHours,
      headerNames: [...headers.keys()],
      options: input.options,
      caPem: input.caPem,
      signing: before?.signing ?? { enabled: false, previousUntil: null },
      // A new address deserves a new try.
      paused: input.url === null ? (before?.paused ?? null) : null,
      createdAt: before?.createdAt ?? clock.now(),
      urlMasked: maskUrl(url),
      warnings: [...new Set([...warnings, ...receiver.warnings(parsed)])],
    };
    return ok({ target, secrets: { url, headers: [...headers], signing: kept?.signing ?? null } });
  };

  const settingsOf = (target: StoredTarget): TargetSettings => {
    const { owner: _owner, urlMasked: _masked, warnings: _warnings, ...settings } = target;
    return settings;
  };
  const resolved = (target: StoredTarget, secrets: TargetSecrets): ResolvedTarget => {
    const { signing } = secrets;
    const keepsPrevious = (target.signing.previousUntil ?? 0) > clock.now();
    return {
      settings: settingsOf(target),
      url: secrets.url,
      headers: secrets.headers,
      signingSecrets: signing
        ? [signing.current, ...(signing.previous && keepsPrevious ? [signing.previous] : [])]
        : [],
    };
  };
  const keepSecrets = (id: string, secrets: TargetSecrets): Promise<Result<null>> =>
    vault.set(vaultName(id), JSON.stringify(secrets));

  const save = async (owner: string, input: TargetInput): Promise<Result<TargetView>> => {
    if (input.id !== null && input.id !== mainId(owner) && !find(owner, input.id)) return missing();
    const composed = await compose(owner, input);
    if (!composed.ok) return composed;
    const { target, secrets } = composed.data;
    const kept = await keepSecrets(target.id, secrets);
    if (!kept.ok) return kept;
    replace(target);
    return ok(view(target));
  };
  const remove = async (owner: string, id: string): Promise<Result<null>> => {
    if (!find(owner, id)) return missing();
    const gone = await vault.delete(vaultName(id));
    if (!gone.ok) return gone;
    write(targets.filter((t) => t.id !== id));
    return ok(null);
  };
  /** The simple field changes the URL alone: whatever "More targets" set for it stays. */
  const mainInput = (owner: string, url: string): TargetInput => {
    const id = mainId(owner);
    const before = find(owner, id);
    // Extra headers belong to the old address: they may hold its credentials.
    return before ? { ...toInput(view(before), url), headers: [], kind: null } : simpleInput(id, url);
  };

  return {
    list: (owner) => targets.filter((t) => t.owner === owner).map(view),
    main: (owner) => {
      const target = find(owner, mainId(owner));
      return target ? view(target) : null;
    },
    saveMain: async (owner, url) => {
      if (url.trim() !== '') {
        const clean = refuseCredentials(url);
        return clean.ok ? save(owner, mainInput(owner, url)) : clean;
      }
      const removed = await remove(owner, mainId(owner));
      return removed.ok || removed.error.code === 'NOT_FOUND' ? ok(null) : removed;
    },
    save,
    delete: remove,
    resume: (owner, id) => {
      const target = find(owner, id);
      if (!target) return missing();
      const next = { ...target, paused: null };
      replace(next);
      return ok(view(next));
    },
    pause: (id, words) => {
      const target = targets.find((t) => t.id === id);
      if (!target) return null;
      const next = { ...target, paused: { at: clock.now(), words } };
      replace(next);
      return view(next);
    },
    resolve: async (id) => {
      const target = targets.find((t) => t.id === id);
      const secrets = target ? await secretsOf(id) : null;
      return target && secrets ? resolved(target, secrets) : null;
    },
    resolveInput: async (owner, input) => {
      const composed = await compose(owner, input);
      return composed.ok ? ok(resolved(composed.data.target, composed.data.secrets)) : composed;
    },
    resolveUrl: async (owner, url) => {
      const clean = refuseCredentials(url);
      if (!clean.ok) return clean;
      const composed = await compose(owner, mainInput(owner, url));
      return composed.ok ? ok(resolved(composed.data.target, composed.data.secrets)) : composed;
    },
    rotateSecret: async (owner, id) => {
      const target = find(owner, id);
      const secrets = target ? await secretsOf(id) : null;
      if (!target || !secrets) return missing();
      const secret = makeSecret();
      const previous = secrets.signing?.current ?? null;
      const kept = await keepSecrets(id, { ...secrets, signing: { current: secret, previous } });
      if (!kept.ok) return kept;
      const next: StoredTarget = {
        ...target,
        signing: { enabled: true, previousUntil: previous ? clock.now() + ROTATION_MS : null },
      };
      replace(next);
      return ok({ secret, target: view(next) });
    },
    removeSecret: async (owner, id) => {
      const target = find(owner, id);
      const secrets = target ? await secretsOf(id) : null;
      if (!target || !secrets) return missing();
      const kept = await keepSecrets(id, { ...secrets, signing: null });
      if (!kept.ok) return kept;
      const next: StoredTarget = { ...target, signing: { enabled: false, previousUntil: null } };
      replace(next);
      return ok(view(next));
    },
  };
}
