import { randomUUID } from 'node:crypto';
import type { ServerContext } from '../context.ts';
import type { Account } from '../accounts/users.ts';
import type { ChatRow } from '../chats/chat-store.ts';
import { inTransaction } from '../../main/db/open.ts';
import type { CompletionForm } from './request.ts';

/** Chats of this kind live in the client alone: nothing is stored. */
export const isTemporary = (chatId: string): boolean => /^(local|temporary):/.test(chatId);

/** One question with the answers to be made under it. */
export interface Turn {
  userId: string;
  chatId: string;
  /** Null for temporary chats. */
  chat: ChatRow | null;
  isNew: boolean;
  userMessageId: string | null;
  /** One per model asked. */
  answers: { model: string; messageId: string }[];
  messages: Record<string, unknown>[];
  form: CompletionForm;
}

/**
 * Stores a question and the places of its answers: makes the chat when there is none, hangs the user
 * message under its parent and an unfinished assistant message per model under it. One transaction.
 * 'not_found' when the chat is not the caller's.
 */
export function openTurn(
  context: Pick<ServerContext, 'db' | 'chats' | 'folders' | 'clock'>,
  user: Account,
  form: CompletionForm,
): Turn | 'not_found' {
  const { db, chats, folders, clock } = context;
  const now = Math.floor(clock.now() / 1000);
  const question = form.user_message ?? form.parent_message ?? null;
  const questionId = question?.id ?? null;
  const asked = form.message_ids ?? (form.id ? { [form.model]: form.id } : {});
  const answers = Object.entries(asked).map(([model, messageId]) => ({ model, messageId }));
  const messages: Record<string, unknown>[] = form.messages ?? [];
  const isNew = form.parent_id === null && !form.chat_id;
  const chatId = isNew ? randomUUID() : (form.chat_id ?? '');
  const base = { userId: user.id, chatId, isNew, userMessageId: questionId, answers, form };
  if (isTemporary(chatId)) return { ...base, chat: null, messages };

  return inTransaction(db, () => {
    let chat = chats.get(user.id, chatId);
    if (isNew) {
      const folderId = form.folder_id && folders.get(user.id, form.folder_id) ? form.folder_id : null;
      chat = chats.insert(
        user.id,
        {
          models: answers.map((a) => a.model),
          params: form.params ?? {},
          files: [],
          tags: [],
          timestamp: clock.now(),
        },
        { id: chatId, folderId },
      );
    }
    if (!chat) return 'not_found';

    const answerIds = answers.map((a) => a.messageId);
    const link = (parentId: string, children: string[]) => {
      const parent = chats.message(chat.n, parentId);
      if (!parent) return;
      chats.putMessage(chat.n, parentId, {
        childrenIds: [...new Set([...(parent.childrenIds ?? []), ...children])],
      });
    };
    let parentOfAnswers = questionId ?? form.parent_id ?? null;
    if (question && questionId) {
      // A question asked again for a new answer keeps the answers it has.
      const before = chats.message(chat.n, questionId);
      const parentId = question.parentId ?? before?.parentId ?? parentFor(form, questionId);
      const childrenIds = [...(before?.childrenIds ?? []), ...answerIds];
      chats.putMessage(chat.n, questionId, {
        timestamp: now,
        ...question,
        role: question.role ?? 'user',
        parentId,
        childrenIds: [...new Set(childrenIds)],
      });
      if (parentId) link(parentId, [questionId]);
      parentOfAnswers = questionId;
    } else if (parentOfAnswers) link(parentOfAnswers, answerIds);

    for (const { model, messageId } of answers)
      chats.putMessage(chat.n, messageId, {
        parentId: parentOfAnswers,
        childrenIds: [],
        role: 'assistant',
        content: '',
        model,
        done: false,
        error: undefined,
        timestamp: now,
      });
    const tip = answerIds[0] ?? questionId;
    if (tip) chats.setCurrent(chat.n, tip);
    chats.touch(chat.n);

    const branch = parentOfAnswers ? chats.branch(chat.n, parentOfAnswers) : [];
    const stored = branch.map(({ role, content }) => ({ role, content }));
    return { ...base, chat, messages: messages.length > 0 ? messages : stored };
  });
}

/** `parent_id` names the message before the question, unless it is the question itself. */
const parentFor = (form: CompletionForm, questionId: string): string | null =>
  form.parent_id && form.parent_id !== questionId ? form.parent_id : null;
