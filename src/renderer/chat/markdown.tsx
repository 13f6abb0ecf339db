import { isValidElement, useState } from 'react';
import type { AnchorHTMLAttributes, ImgHTMLAttributes, ReactElement, ReactNode } from 'react';
import { Streamdown } from 'streamdown';
import type { Components } from 'streamdown';
import { imageSource, openableUrl } from '../lib/links.ts';
import { useOpenExternal } from '../lib/windows.ts';
import { Button } from '../ui/button.tsx';
import { CodeBlock } from './code-block.tsx';
import './markdown.css';

/** A link of an answer: opens outside of Hark, or stays text when its scheme is not one to open. */
export function AnswerLink({ href, children }: AnchorHTMLAttributes<HTMLAnchorElement>) {
  const open = useOpenExternal();
  const url = openableUrl(href);
  if (url === null) return <span title={href}>{children}</span>;
  return (
    <a
      href={url.href}
      title={url.href}
      rel="noopener noreferrer"
      onClick={(event) => {
        event.preventDefault();
        void open(url.href);
      }}
      onAuxClick={(event) => {
        if (event.button !== 1) return;
        event.preventDefault();
        void open(url.href);
      }}
    >
      {children}
    </a>
  );
}

/**
 * An image of an answer. One on another machine is not loaded unasked: loading tells that machine that the
 * answer was read, and its address may carry parts of the chat.
 */
export function AnswerImage({ src, alt }: ImgHTMLAttributes<HTMLImageElement>) {
  const open = useOpenExternal();
  const [wanted, setWanted] = useState(false);
  const [failed, setFailed] = useState(false);
  const source = imageSource(typeof src === 'string' ? src : undefined);
  const words = alt ? `Image: ${alt}` : 'Image';
  if (source.kind === 'none') return <span className="image-words">{words}</span>;
  if (source.kind === 'remote' && failed) {
    return (
      <span className="image-words">
        {words} could not be loaded here.{' '}
        <Button small onClick={() => void open(source.src)}>
          Open in your browser
        </Button>
      </span>
    );
  }
  if (source.kind === 'remote' && !wanted) {
    return (
      <span className="image-words">
        {words}{' '}
        <Button small title={source.src} onClick={() => setWanted(true)}>
          Load image from {source.host}
        </Button>
      </span>
    );
  }
  return (
    <img
      className="answer-image"
      src={source.src}
      alt={alt ?? ''}
      referrerPolicy="no-referrer"
      onError={() => setFailed(true)}
    />
  );
}

interface CodeProps {
  className?: string;
  children?: ReactNode;
}

/** Text of a node tree, for code that arrives in pieces. */
function plainText(node: ReactNode): string {
  if (typeof node === 'string' || typeof node === 'number') return String(node);
  if (Array.isArray(node)) return (node as ReactNode[]).map(plainText).join('');
  return isValidElement(node) ? plainText((node as ReactElement<CodeProps>).props.children) : '';
}

function Pre({ children }: { children?: ReactNode }) {
  const className = isValidElement(children) ? (children as ReactElement<CodeProps>).props.className : '';
  const language = /language-(\S+)/.exec(className ?? '')?.[1] ?? '';
  return <CodeBlock code={plainText(children).replace(/\n$/, '')} language={language} />;
}

// An answer's headings stand below the window's own h1; the look stays theirs.
const COMPONENTS: Components = {
  a: ({ href, children }) => <AnswerLink href={href}>{children}</AnswerLink>,
  img: ({ src, alt }) => <AnswerImage src={src} alt={alt} />,
  // A <picture>'s sources would load beside the image the user agreed to.
  picture: ({ children }) => <>{children}</>,
  source: () => null,
  pre: ({ children }) => <Pre>{children}</Pre>,
  code: ({ children, className }) => <code className={className}>{children}</code>,
  table: ({ children }) => (
    <div className="table-frame" tabIndex={0} role="group" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  thead: ({ children }) => <thead>{children}</thead>,
  tbody: ({ children }) => <tbody>{children}</tbody>,
  tr: ({ children }) => <tr>{children}</tr>,
  th: ({ children }) => <th>{children}</th>,
  td: ({ children }) => <td>{children}</td>,
  h1: ({ children }) => <h2 className="h1">{children}</h2>,
  h2: ({ children }) => <h3 className="h2">{children}</h3>,
  h3: ({ children }) => <h4 className="h3">{children}</h4>,
  h4: ({ children }) => <h5 className="h3">{children}</h5>,
  h5: ({ children }) => <h6 className="h3">{children}</h6>,
  h6: ({ children }) => <h6 className="h3">{children}</h6>,
  ul: ({ children }) => <ul>{children}</ul>,
  ol: ({ children, start }) => <ol start={start}>{children}</ol>,
  li: ({ children }) => <li>{children}</li>,
  blockquote: ({ children }) => <blockquote>{children}</blockquote>,
  strong: ({ children }) => <strong>{children}</strong>,
  input: ({ checked }) => (
    <input type="checkbox" checked={checked === true} readOnly disabled aria-label="Done" />
  ),
  hr: () => <hr />,
};

/** An answer's Markdown, block by block: only the block being written is parsed again. */
export default function Markdown({ text, running }: { text: string; running: boolean }) {
  return (
    <Streamdown
      className="md"
      components={COMPONENTS}
      controls={false}
      isAnimating={running}
      linkSafety={NO_LINK_DIALOG}
      dir="auto"
    >
      {text}
    </Streamdown>
  );
}

// Links go through app.open_external, which checks them; Streamdown's own dialog is not needed.
const NO_LINK_DIALOG = { enabled: false };
