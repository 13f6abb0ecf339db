import { memo, useMemo } from 'react';
import { CopyButton } from '../ui/copy-button.tsx';
import { highlight } from './highlight.ts';

/** A code block with its language, a copy button and modest colours. */
export const CodeBlock = memo(function CodeBlock({ code, language }: { code: string; language: string }) {
  const tokens = useMemo(() => highlight(code, language), [code, language]);
  return (
    <figure className="code" dir="ltr">
      <figcaption>
        <span className="small muted">{language || 'text'}</span>
        <CopyButton text={() => code} label="Copy code" />
      </figcaption>
      <pre tabIndex={0} aria-label={`Code${language === '' ? '' : `, ${language}`}`}>
        <code>
          {tokens.map((token, index) =>
            token.kind === 'plain' ? (
              token.text
            ) : (
              <span key={index} className={`tok-${token.kind}`}>
                {token.text}
              </span>
            ),
          )}
        </code>
      </pre>
    </figure>
  );
});
