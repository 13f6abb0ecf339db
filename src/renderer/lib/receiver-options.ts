import type { ReceiverKind } from '../../shared/webhooks.ts';

export interface ReceiverOption {
  name: string;
  label: string;
  hint: string;
}

/**
 * The choices each service has beside its address, as fields of the target editor. The main process owns the
 * rules (its receivers say what is required); names here are theirs.
 */
export const RECEIVER_OPTIONS: Partial<Record<ReceiverKind, readonly ReceiverOption[]>> = {
  discord: [
    { name: 'thread_name', label: 'Post title', hint: 'Only for forum channels: each message opens a post.' },
  ],
  gotify: [{ name: 'priority', label: 'Priority', hint: '0 (silent) to 10; 5 makes a sound.' }],
  ntfy: [{ name: 'priority', label: 'Priority', hint: '1 (lowest) to 5 (highest); 3 is usual.' }],
  pushover: [
    { name: 'priority', label: 'Priority', hint: '-2 (silent) to 1 (high); 0 is usual.' },
    { name: 'device', label: 'Device', hint: 'The name of one device; all of them if empty.' },
    { name: 'sound', label: 'Sound', hint: 'The name of a Pushover sound, such as “magic”.' },
  ],
  telegram: [
    {
      name: 'chat_id',
      label: 'Chat id',
      hint: 'The number of the chat, or @name of a public channel. Not needed when the address has ?chat_id=.',
    },
    { name: 'message_thread_id', label: 'Topic id', hint: 'Only for groups with topics.' },
  ],
};

/** What a target may send beside the documented fields, as the option `include` lists it. */
export const INCLUDABLE = [
  ['answer', 'The beginning of the answer'],
  ['link', 'A link to the chat'],
  ['model', 'The model'],
  ['duration', 'How long it took'],
  ['error', 'What went wrong'],
] as const;
