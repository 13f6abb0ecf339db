import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Logger } from '../main/ports.ts';
import type { AdminSettings } from './accounts/admin-config.ts';
import type { PasswordHasher } from './accounts/password.ts';
import type { RateLimiter } from './accounts/rate-limit.ts';
import type { SessionStore } from './accounts/sessions.ts';
import type { UserStore } from './accounts/users.ts';
import type { ChatStore } from './chats/chat-store.ts';
import type { FolderStore } from './chats/folder-store.ts';
import type { ChatSearch } from './chats/search.ts';
import type { TagStore } from './chats/tag-store.ts';
import type { TaskRunner } from './completions/task-runner.ts';
import type { ConnectionStore } from './models/connections.ts';
import type { ModelRegistry } from './models/registry.ts';
import type { SocketHub } from './socket/hub.ts';
import type { ConfigStore } from './store/config.ts';
import type { SignupWebhook } from './webhook/signup-webhook.ts';

/** Everything routes may use; made once in server.ts. */
export interface ServerContext {
  db: DatabaseSync;
  clock: Clock;
  log: Logger;
  /** The name clients show. */
  name: string;
  /** Made once per data folder; tells two servers at one address apart. */
  deploymentId: string;
  config: ConfigStore;
  users: UserStore;
  sessions: SessionStore;
  passwords: PasswordHasher;
  settings: AdminSettings;
  limits: { byEmail: RateLimiter; byAddress: RateLimiter; signups: RateLimiter };
  chats: ChatStore;
  folders: FolderStore;
  tags: TagStore;
  search: ChatSearch;
  connections: ConnectionStore;
  models: ModelRegistry;
  tasks: TaskRunner;
  hub: SocketHub;
  webhook: SignupWebhook;
}
