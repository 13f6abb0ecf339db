import { useQueryClient } from '@tanstack/react-query';
import { Archive, Ellipsis, Pencil, Pin, PinOff, Trash2 } from 'lucide-react';
import { memo, useRef, useState } from 'react';
import type { ChatSummary, RunState } from '../../shared/domain.ts';
import { useBridge } from '../lib/client.tsx';
import { flash } from '../lib/flash.ts';
import { IconButton } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx';
import { runMark, useChatStore } from './chat-store.ts';
import type { RunMark } from './chat-store.ts';

const MARK_WORDS: Record<Exclude<RunMark, null>, string> = {
  running: 'Answer is being written',
  ready: 'Answer is ready',
  failed: 'Answer failed',
};

function RenameField({
  chat,
  onRename,
  onEnd,
}: {
  chat: ChatSummary;
  onRename: (title: string) => void;
  onEnd: () => void;
}) {
  const ended = useRef(false);
  const end = (title: string | null): void => {
    if (ended.current) return;
    ended.current = true;
    if (title !== null && title.trim() !== '' && title.trim() !== chat.title) onRename(title.trim());
    onEnd();
  };
  return (
    <input
      className="input rename"
      aria-label="Chat title"
      defaultValue={chat.title}
      maxLength={300}
      autoFocus
      onFocus={(event) => event.target.select()}
      onBlur={(event) => end(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) end(event.currentTarget.value);
        if (event.key === 'Escape') end(null);
      }}
    />
  );
}

/** One chat of the list: its title, the mark of its last answer, and its menu. */
export const ChatRow = memo(function ChatRow({
  chat,
  current,
  run,
  onOpen,
}: {
  chat: ChatSummary;
  current: boolean;
  run: RunState | undefined;
  onOpen: (id: string | null) => void;
}) {
  const bridge = useBridge();
  const client = useQueryClient();
  const seen = useChatStore((state) => state.seen);
  const [renaming, setRenaming] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const mark = runMark(run, seen);
  const title = chat.title || 'New chat';

  const refresh = (): void => {
    for (const route of ['chat.list', 'chat.list_pinned', 'chat.search']) {
      void client.invalidateQueries({ queryKey: [route] });
    }
  };
  const rename = async (next: string): Promise<void> => {
    const result = await bridge.request('chat.rename', { id: chat.id, title: next });
    if (!result.ok) flash(result.error.message, 'bad');
    refresh();
    void client.invalidateQueries({ queryKey: ['chat.get', { id: chat.id }] });
  };
  const pin = async (): Promise<void> => {
    const result = await bridge.request('chat.toggle_pin', { id: chat.id });
    if (!result.ok) flash(result.error.message, 'bad');
    refresh();
  };
  const archive = async (): Promise<void> => {
    const result = await bridge.request('chat.toggle_archive', { id: chat.id });
    refresh();
    if (!result.ok) return flash(result.error.message, 'bad');
    if (!result.data.archived) return flash('Taken out of the archive.');
    if (current) onOpen(null);
    flash(`“${title}” was archived.`, 'plain', { label: 'Undo', run: () => void archive() });
  };

  if (renaming) {
    return (
      <li className="chat-row">
        <RenameField chat={chat} onRename={(next) => void rename(next)} onEnd={() => setRenaming(false)} />
      </li>
    );
  }
  return (
    <li className="chat-row" data-current={current || undefined}>
      <button
        type="button"
        className="chat-open"
        aria-current={current ? 'page' : undefined}
        title={title}
        onClick={() => onOpen(chat.id)}
        onDoubleClick={() => setRenaming(true)}
        onKeyDown={(event) => {
          if (event.key === 'F2') setRenaming(true);
          if (event.key === 'Delete') setDeleting(true);
        }}
      >
        <span className="ellipsis grow">{title}</span>
        {mark !== null && (
          <span className={`mark ${mark}`} title={MARK_WORDS[mark]}>
            <span className="visually-hidden">, {MARK_WORDS[mark]}</span>
          </span>
        )}
      </button>
      <Menu
        align="end"
        // The rename field takes the focus itself.
        onCloseAutoFocus={(event) => {
          if (document.activeElement?.classList.contains('rename')) event.preventDefault();
        }}
        trigger={
          <IconButton className="chat-options" label={`Options for ${title}`}>
            <Ellipsis size={16} />
          </IconButton>
        }
      >
        <MenuItem icon={<Pencil size={16} />} onSelect={() => setTimeout(() => setRenaming(true))}>
          Rename
        </MenuItem>
        <MenuItem icon={chat.pinned ? <PinOff size={16} /> : <Pin size={16} />} onSelect={() => void pin()}>
          {chat.pinned ? 'Unpin' : 'Pin'}
        </MenuItem>
        <MenuItem icon={<Archive size={16} />} onSelect={() => void archive()}>
          {chat.archived ? 'Unarchive' : 'Archive'}
        </MenuItem>
        <MenuLine />
        <MenuItem danger icon={<Trash2 size={16} />} onSelect={() => setDeleting(true)}>
          Delete
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        title="Delete this chat?"
        confirm="Delete"
        onConfirm={async () => {
          const result = await bridge.request('chat.delete', { id: chat.id });
          if (!result.ok) return result.error;
          if (current) onOpen(null);
          refresh();
          return null;
        }}
      >
        “{title}” and all its answers are deleted from the server. This cannot be undone.
      </ConfirmDialog>
    </li>
  );
});
