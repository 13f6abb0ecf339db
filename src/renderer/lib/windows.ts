import { useCallback } from 'react';
import type { WindowRole } from '../../shared/domain.ts';
import { useBridge } from './client.tsx';
import { openableUrl } from './links.ts';
import { flash } from './flash.ts';

const SIZES: Record<WindowRole, string> = {
  chat: 'popup,width=1100,height=760',
  settings: 'popup,width=860,height=720',
  admin: 'popup,width=1120,height=720',
};

/** Opens another window of Hark; says so when a browser blocks it. */
export function useOpenWindow(): (role: WindowRole, section?: string) => Promise<void> {
  const bridge = useBridge();
  return useCallback(
    async (role, section) => {
      const result = await bridge.request('app.open_window', { role, section });
      if (!result.ok) {
        flash(result.error.message, 'bad');
      } else if ('url' in result.data) {
        const opened = window.open(result.data.url, `hark-${role}`, SIZES[role]);
        if (opened === null) {
          flash('Your browser blocked the window. Allow pop-ups for this page and try again.', 'bad');
        } else {
          opened.focus();
        }
      }
    },
    [bridge],
  );
}

/** Opens a link outside Hark: http, https and mailto only. */
export function useOpenExternal(): (href: string) => Promise<void> {
  const bridge = useBridge();
  return useCallback(
    async (href) => {
      const url = openableUrl(href);
      if (url === null) {
        flash('Hark opens web and mail links only, so this one stays closed.', 'bad');
        return;
      }
      const result = await bridge.request('app.open_external', { url: url.href });
      if (!result.ok) flash(result.error.message, 'bad');
      else if (!result.data.opened) window.open(url.href, '_blank', 'noopener,noreferrer');
    },
    [bridge],
  );
}
