import type { Accounts } from '../accounts/accounts.ts';
import type { Activity } from '../activity/activity.ts';
import type { Runs } from '../chat/runs.ts';
import type { RunStore } from '../chat/run-store.ts';
import type { StreamSender } from '../chat/stream-sender.ts';
import type { Notices } from '../notices.ts';
import type { Targets } from '../notify/targets.ts';
import type { HostWindows, Logger, Vault } from '../ports.ts';
import type { SettingsService } from '../settings/settings.ts';
import type { DeliveryEngine } from '../webhooks/delivery-port.ts';

/** Everything handlers may use; built once in app.ts. */
export interface Services {
  version: string;
  platform: string;
  dataFolder: string;
  logFolder: string;
  vault: Vault;
  windows: HostWindows;
  log: Logger;
  accounts: Accounts;
  activity: Activity;
  settings: SettingsService;
  notices: Notices;
  targets: Targets;
  delivery: DeliveryEngine;
  runs: Runs;
  runStore: RunStore;
  stream: StreamSender;
  now: () => number;
}
