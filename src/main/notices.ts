import { randomUUID } from 'node:crypto';
import type { AppNotice } from '../shared/domain.ts';
import type { Clock } from './ports.ts';

export interface Notices {
  list: () => AppNotice[];
  /** Adds a notice; one with the same title and words is not repeated. */
  add: (notice: Omit<AppNotice, 'id' | 'at'>) => void;
  dismiss: (id: string) => void;
}

/** Things the app tells the user in its own windows, newest last. At most 20 are kept. */
export function createNotices(options: {
  clock: Clock;
  first: AppNotice[];
  onChange: (notices: AppNotice[]) => void;
}): Notices {
  let notices = [...options.first];
  const change = (next: AppNotice[]): void => {
    notices = next.slice(-20);
    options.onChange(notices);
  };
  return {
    list: () => notices,
    add: (notice) => {
      if (notices.some((n) => n.title === notice.title && n.words === notice.words)) return;
      change([...notices, { ...notice, id: randomUUID(), at: options.clock.now() }]);
    },
    dismiss: (id) => change(notices.filter((n) => n.id !== id)),
  };
}
