import { Menu as MenuIcon, X } from 'lucide-react';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { User } from '../../shared/domain.ts';
import { useBridgeEvent } from '../lib/client.tsx';
import { IconButton } from '../ui/button.tsx';
import { ChatView } from './chat-view.tsx';
import { Sidebar } from './sidebar.tsx';
import { StatusBar } from './status-bar.tsx';

const PREFIX = '#chat/';
const subscribe = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};
const chatInAddress = (): string | null =>
  location.hash.startsWith(PREFIX) ? decodeURIComponent(location.hash.slice(PREFIX.length)) : null;

/** Sidebar, the chat shown, and the status bar. The chat shown is part of the address and survives a reload. */
export function ChatWindow({ user }: { user: User }) {
  const chatId = useSyncExternalStore(subscribe, chatInAddress);
  const [drawer, setDrawer] = useState(false);
  const openChat = useCallback((id: string | null) => {
    location.hash = id === null ? '' : PREFIX + encodeURIComponent(id);
    setDrawer(false);
  }, []);
  useBridgeEvent('navigate', (to) => openChat(to.chatId));

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') setDrawer(false);
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key === 'k' && !event.shiftKey) {
        event.preventDefault();
        setDrawer(true);
        requestAnimationFrame(() => document.getElementById('search-chats')?.focus());
      } else if (key === 'o' && event.shiftKey) {
        event.preventDefault();
        openChat(null);
        requestAnimationFrame(() => document.getElementById('message')?.focus());
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [openChat]);

  return (
    <div className="chat-window" data-drawer={drawer ? 'open' : undefined}>
      <Sidebar user={user} currentId={chatId} onOpen={openChat} />
      <div className="drawer-shade" aria-hidden="true" onClick={() => setDrawer(false)} />
      <main className="chat-main">
        <IconButton
          className="drawer-button"
          label={drawer ? 'Hide chats' : 'Show chats'}
          aria-expanded={drawer}
          onClick={() => {
            setDrawer(!drawer);
            if (!drawer) requestAnimationFrame(() => document.getElementById('new-chat')?.focus());
          }}
        >
          {drawer ? <X size={18} /> : <MenuIcon size={18} />}
        </IconButton>
        <ChatView key={chatId ?? 'new'} chatId={chatId} onOpen={openChat} />
      </main>
      <StatusBar />
    </div>
  );
}
