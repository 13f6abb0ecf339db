import { Check, ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { Model } from '../../shared/domain.ts';
import type { AppError } from '../../shared/result.ts';
import { useAsk } from '../lib/client.tsx';
import { useChatStore } from './chat-store.ts';

export interface ModelChoice {
  /** The model the next prompt goes to; null while there is none. */
  id: string | null;
  list: readonly Model[];
  loading: boolean;
  error: AppError | null;
  retry: () => void;
  choose: (id: string) => void;
}

/** The first of the wanted models that exists, else the first there is. */
export function pickModel(
  list: readonly Model[],
  wanted: readonly (string | null | undefined)[],
): string | null {
  const known = new Set(list.map((model) => model.id));
  return wanted.find((id): id is string => id != null && known.has(id)) ?? list[0]?.id ?? null;
}

/** The model of a chat: chosen here, else the chat's last, else the user's default, else the first. */
export function useModelChoice(chatKey: string, chatModels: readonly string[] | undefined): ModelChoice {
  const models = useAsk('model.list', {});
  const settings = useAsk('settings.get', {}).data;
  const chosen = useChatStore((state) => state.models[chatKey]);
  const setModel = useChatStore((state) => state.setModel);
  const list = models.data ?? [];
  return {
    id: pickModel(list, [chosen, chatModels?.at(-1), settings?.defaultModel]),
    list,
    loading: models.isPending,
    error: models.error?.error ?? null,
    retry: () => void models.refetch(),
    choose: (id) => setModel(chatKey, id),
  };
}

/** Chooses the model, from a menu. */
export function ModelPicker({ choice }: { choice: ModelChoice }) {
  const current = choice.list.find((model) => model.id === choice.id);
  if (choice.error !== null) {
    return (
      <button type="button" className="link-button small" title={choice.error.message} onClick={choice.retry}>
        Models could not be loaded – try again
      </button>
    );
  }
  const words = current?.name ?? (choice.loading ? 'Loading models…' : 'No model');
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <button
          type="button"
          className="model-button"
          aria-label={`Model: ${words}`}
          title={words}
          disabled={choice.list.length === 0}
        >
          <span className="ellipsis">{words}</span>
          <ChevronDown size={14} aria-hidden="true" />
        </button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" side="top" align="start" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.RadioGroup value={choice.id ?? ''} onValueChange={choice.choose}>
            {choice.list.map((model) => (
              <DropdownMenu.RadioItem
                key={model.id}
                value={model.id}
                className="menu-item"
                textValue={model.name}
              >
                <span className="model-check">
                  <DropdownMenu.ItemIndicator>
                    <Check size={16} />
                  </DropdownMenu.ItemIndicator>
                </span>
                <span className="grow">
                  <span className="model-name">{model.name}</span>
                  {model.description !== null && model.description !== '' && (
                    <span className="small muted model-description">{model.description}</span>
                  )}
                </span>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
