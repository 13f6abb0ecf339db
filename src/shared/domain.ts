/** Account roles as Open WebUI names them. */
export type Role = 'pending' | 'user' | 'admin';

export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  profileImageUrl: string | null;
}

export interface ServerInfo {
  id: string;
  url: string;
  name: string;
  version: string | null;
  embedded: boolean;
  /** True when the server has no account yet: the first one becomes its admin. */
  onboarding: boolean;
  signupOpen: boolean;
}

/** Where the account stands; each status has its own screen. */
export type AccountState =
  | { status: 'starting' }
  | { status: 'unreachable'; server: ServerInfo; words: string }
  | { status: 'signed_out'; server: ServerInfo; /** set when a session ended by itself */ words?: string }
  | { status: 'pending'; server: ServerInfo; user: User }
  | { status: 'signed_in'; server: ServerInfo; user: User };

export interface Model {
  id: string;
  name: string;
  /** Who serves it: 'demo', 'openai', 'ollama', … */
  ownedBy: string;
  description: string | null;
}

export interface ChatSummary {
  id: string;
  title: string;
  /** seconds since epoch, as the server gives them */
  updatedAt: number;
  createdAt: number;
  pinned: boolean;
  archived: boolean;
}

export interface ChatMessage {
  id: string;
  parentId: string | null;
  childrenIds: string[];
  role: 'user' | 'assistant' | 'system';
  content: string;
  model: string | null;
  /** seconds since epoch */
  timestamp: number;
  done: boolean;
  error: string | null;
  /** Stopped by the user before its end. */
  stopped: boolean;
}

export interface ChatDetail extends ChatSummary {
  models: string[];
  /** Every message by id; `currentId` is the tip of the branch shown. */
  messages: Record<string, ChatMessage>;
  currentId: string | null;
}

export type RunStatus = 'running' | 'done' | 'failed' | 'stopped';

/** An answer being made, or just made. */
export interface RunState {
  chatId: string;
  messageId: string;
  title: string;
  status: RunStatus;
  startedAt: number;
  endedAt: number | null;
  error: string | null;
}

export type AwayReason =
  'no_window' | 'not_focused' | 'hidden' | 'minimised' | 'locked' | 'idle' | 'asleep' | 'unknown';

/** What Hark believes about the user now. */
export type ActivityState =
  | { active: true; since: number; /** "Looking: the chat window has focus" */ words: string }
  | { active: false; since: number; reason: AwayReason; words: string };

export type WindowRole = 'chat' | 'settings' | 'admin';

/** Something the app must tell the user in its own windows. */
export interface AppNotice {
  id: string;
  level: 'info' | 'warning' | 'error';
  title: string;
  words: string;
  at: number;
}

export type ThemeChoice = 'system' | 'light' | 'dark';

/** Settings a window may read and write. */
export interface Settings {
  theme: ThemeChoice;
  /** Zoom of text, percent. */
  textSize: number;
  /** Send with Enter; otherwise with Ctrl/Cmd+Enter. */
  sendWithEnter: boolean;
  defaultModel: string | null;
  activity: {
    /** Away after this many idle seconds; 0 is off. */
    idleSeconds: number;
    /** Hold a notice this long; coming back in that time cancels it. 0 sends at once. */
    holdSeconds: number;
  };
  notifications: { toast: boolean; sound: boolean };
}

export type VaultKind = 'keychain' | 'file' | 'memory';

export interface AppInfo {
  version: string;
  host: 'electron' | 'browser';
  platform: string;
  windowRole: WindowRole;
  logFolder: string;
  dataFolder: string;
  vault: { kind: VaultKind; words: string };
}

export interface AdminUser extends User {
  /** seconds since epoch */
  lastActiveAt: number | null;
  createdAt: number;
}

export interface AdminGeneral {
  enableSignup: boolean;
  defaultRole: Role;
  /** The sign-up webhook, masked; null when none is set. */
  webhook: {
    urlMasked: string;
    kind: string;
    warnings: string[];
    /** true while it comes from WEBHOOK_URL */ fromEnvironment: boolean;
  } | null;
  /** The server keeps a delivery log Hark can show. */
  hasDeliveryLog: boolean;
}

/** An OpenAI-compatible endpoint the embedded backend asks for models. */
export interface Connection {
  url: string;
  /** A key is stored; its value never comes back. */
  hasKey: boolean;
  enabled: boolean;
  /** Found on a usual local port rather than entered. */
  discovered: boolean;
}
