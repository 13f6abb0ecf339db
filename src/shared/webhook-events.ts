/** The events that can be told. `new_user` is for admins. */
export const CHAT_EVENTS = ['chat_response', 'chat_failed', 'chat_needs_input'] as const;
export const ADMIN_EVENTS = ['new_user'] as const;
export type ChatEventName = (typeof CHAT_EVENTS)[number];
export type EventName = ChatEventName | (typeof ADMIN_EVENTS)[number];

/** What happened, frozen when it happened; kept whole in the outbox until it is told or expires. */
export interface ChatNotice {
  event: ChatEventName;
  chat: {
    id: string;
    title: string;
    /** The prompt the user submitted. */
    last_message: string;
  };
  /** Never in the generic body; shown only by a target's own choice. */
  extra?: { model?: string; durationMs?: number; answer?: string; error?: string; link?: string };
}

export interface NewUserNotice {
  event: 'new_user';
  user: { email: string; name: string };
}

export type Notice = ChatNotice | NewUserNotice;

/** The documented generic bodies, exactly these fields and no others. */
export type GenericBody = Pick<ChatNotice, 'event' | 'chat'> | NewUserNotice;
