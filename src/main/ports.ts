import type { Result } from '../shared/result.ts';
import type { VaultKind, WindowRole } from '../shared/domain.ts';
import type { IpcEventName, IpcEvents } from '../shared/ipc/events.ts';

/** Time as a port, so that tests own it. */
export interface Clock {
  /** ms since epoch, wall clock: may jump. */
  now: () => number;
  /** ms, never goes back; only differences mean something. */
  monotonic: () => number;
  /** Calls `run` after `ms`; returns the function that cancels. */
  after: (ms: number, run: () => void) => () => void;
}

/** Secrets by name. Decrypting may fail on another machine: get then gives null, never throws. */
export interface Vault {
  readonly kind: VaultKind;
  /** How secrets are kept, for the user. */
  readonly words: string;
  get: (name: string) => Promise<string | null>;
  set: (name: string, secret: string) => Promise<Result<null>>;
  delete: (name: string) => Promise<Result<null>>;
}

export interface HttpRequest {
  url: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers: Record<string, string>;
  body?: string;
  /** ms until a connection stands; default 5,000. */
  connectTimeoutMs?: number;
  /** ms for the whole exchange, answer included; default 15,000. */
  totalTimeoutMs?: number;
  /** Bytes of answer read before the connection is closed; default 65,536. */
  maxAnswerBytes?: number;
  /** PEM of a certificate authority trusted for this request beside the system's. */
  caPem?: string;
  /** Judges every resolved address before connecting; the judged address is the one connected to. */
  allowAddress?: (address: string) => { ok: true } | { ok: false; words: string };
  signal?: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** True when the body is not whole: longer than `maxAnswerBytes`, broken off, or out of time after its head. */
  cut: boolean;
  latencyMs: number;
}

export type HttpFailure =
  | 'refused_address'
  | 'name_not_found'
  | 'refused'
  | 'unreachable'
  | 'offline'
  | 'connect_timeout'
  /** The whole time ran out after bytes were sent: it may have arrived. */
  | 'timeout'
  | 'reset'
  | 'certificate'
  | 'proxy'
  | 'bad_answer'
  | 'aborted'
  | 'other';

/** No answer came. `sent` tells whether the request body had left, so that a time-out may be ambiguous. */
export interface HttpFault {
  failure: HttpFailure;
  /** For a person: what happened and what to look at. Never holds the path or query of the URL. */
  words: string;
  sent: boolean;
  latencyMs: number;
}

/** One HTTP exchange: no redirects followed, no cookies, no cache. Never throws. */
export interface HttpTransport {
  send: (request: HttpRequest) => Promise<{ answer: HttpAnswer } | { fault: HttpFault }>;
  close: () => Promise<void>;
}

/** Key-value settings that survive a restart. A broken file is put aside by the store itself. */
export interface SettingsStore {
  get: (key: string) => unknown;
  set: (key: string, value: unknown) => void;
  delete: (key: string) => void;
  /** Where a broken file was put at start, if it was. */
  readonly putAside: string | null;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/** Structured log. Fields must be free of tokens, prompt text and whole webhook URLs; the log redacts again. */
export interface Logger {
  with: (scope: string) => Logger;
  debug: (message: string, fields?: Record<string, unknown>) => void;
  info: (message: string, fields?: Record<string, unknown>) => void;
  warn: (message: string, fields?: Record<string, unknown>) => void;
  error: (message: string, fields?: Record<string, unknown>) => void;
}

/** What one window of ours looks like now, as the host knows it. */
export interface WindowSignal {
  windowId: string;
  role: WindowRole;
  focused: boolean;
  visible: boolean;
  minimised: boolean;
}

/** Shows a native notification; resolves with what came of it. */
export interface Toaster {
  show: (toast: {
    /** One per answer; showing it again replaces it. */
    key: string;
    title: string;
    body: string;
    chatId: string | null;
  }) => Promise<{ shown: true } | { shown: false; words: string }>;
}

/** The embedded backend as a child of the host. */
export interface BackendProcess {
  /** Starts it; resolves with its base URL once it listens. */
  start: () => Promise<Result<{ url: string }>>;
  /** Called whenever it ends by itself. */
  onExit: (listener: (words: string) => void) => void;
  stop: () => Promise<void>;
}

/** Who asks: given by the host from the sender, never by the sender's own word. */
export interface IpcContext {
  windowId: string;
  role: WindowRole;
}

/** What only a host can do for a window. */
export interface HostWindows {
  readonly kind: 'electron' | 'browser';
  open: (role: WindowRole, section?: string) => Promise<{ opened: true } | { url: string }>;
  close: (role: WindowRole) => void;
  /** Restores, shows and focuses the chat window; resolves false where the host cannot. */
  raise: (role: WindowRole) => Promise<boolean>;
  openExternal: (url: string) => Promise<boolean>;
  openFolder: (folder: string) => Promise<boolean>;
  /** To one window, or to all when windowId is null. */
  send: <E extends IpcEventName>(windowId: string | null, event: E, data: IpcEvents[E]) => void;
}
