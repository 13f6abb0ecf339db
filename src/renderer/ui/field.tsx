import { useId } from 'react';
import type {
  InputHTMLAttributes,
  ReactNode,
  Ref,
  SelectHTMLAttributes,
  TextareaHTMLAttributes,
} from 'react';
import type { AppError } from '../../shared/result.ts';

interface FieldWords {
  label: string;
  hint?: ReactNode;
  /** Words beside the field; also marks it invalid. */
  error?: string | null;
}

/** The words of an error, if it is about `field` – or about no field and this one is the `fallback`. */
export function fieldError(error: AppError | null, field: string, fallback = false): string | null {
  if (error === null) return null;
  if (error.field === field || (error.field?.startsWith(`${field}.`) ?? false)) return error.message;
  return fallback && error.field === undefined ? error.message : null;
}

function Frame({ label, hint, error, id, children }: FieldWords & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {hint !== undefined && (
        <div className="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {error ? (
        <div className="field-error" id={`${id}-error`} role="alert">
          {error}
        </div>
      ) : null}
    </div>
  );
}

const described = (id: string, hint: ReactNode, error: string | null | undefined): string | undefined =>
  [hint === undefined ? '' : `${id}-hint`, error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined;

/** A one-line text field with its label, hint and error. */
export function TextField({
  label,
  hint,
  error,
  inputRef,
  ...rest
}: FieldWords & InputHTMLAttributes<HTMLInputElement> & { inputRef?: Ref<HTMLInputElement> }) {
  const id = useId();
  return (
    <Frame label={label} hint={hint} error={error} id={id}>
      <input
        {...rest}
        id={id}
        ref={inputRef}
        className="input"
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, hint, error)}
      />
    </Frame>
  );
}

/** A field of several lines. */
export function TextArea({
  label,
  hint,
  error,
  ...rest
}: FieldWords & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <Frame label={label} hint={hint} error={error} id={id}>
      <textarea
        {...rest}
        id={id}
        className="input"
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, hint, error)}
      />
    </Frame>
  );
}

/** The system's own select: it behaves as users of the platform expect. */
export function SelectField<T extends string>({
  label,
  hint,
  error,
  options,
  value,
  onValue,
  ...rest
}: FieldWords &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, 'value' | 'onChange'> & {
    options: readonly (readonly [value: T, words: string])[];
    value: T;
    onValue: (value: T) => void;
  }) {
  const id = useId();
  return (
    <Frame label={label} hint={hint} error={error} id={id}>
      <select
        {...rest}
        id={id}
        className="input"
        value={value}
        onChange={(event) => onValue(event.target.value as T)}
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, hint, error)}
      >
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
    </Frame>
  );
}
