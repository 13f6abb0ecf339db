export type TokenKind = 'plain' | 'comment' | 'string' | 'number' | 'keyword';
export interface Token {
  kind: TokenKind;
  text: string;
}

/** Longer blocks stay plain: colouring must never hold up reading. */
const LONGEST = 40_000;

const C_LIKE =
  'abstract as async await bool boolean break case catch char class const constexpr continue declare def default defer delete do double else enum export extends extern false final finally float fn for from func function go goto if impl implements import in inline instanceof int interface let long loop match mod mut namespace new nil null operator override package private protected pub public readonly return self short signed sizeof static string struct super switch template this throw trait true try type typedef typeof undefined union unsafe unsigned use using var virtual void volatile where while with yield';
const PYTHON =
  'and as assert async await break class continue def del elif else except False finally for from global if import in is lambda match None nonlocal not or pass raise return self True try while with yield case';
const SHELL =
  'case do done elif else esac export fi for function if in local return set then until while cd echo exit source sudo';
const SQL =
  'all alter and as asc begin between by case commit create cross delete desc distinct drop else end exists from full group having in index inner insert into is join key left like limit not null offset on or order outer primary references right rollback select set table then union unique update values view when where with';
const RUBY =
  'alias and begin break case class def do else elsif end ensure false for if in module next nil not or redo rescue retry return self super then true undef unless until when while yield require';
const DATA = 'true false null yes no on off';

interface Language {
  keywords: string;
  /** Sources of the patterns of comments and strings. */
  comment: string;
  string: string;
  caseless?: boolean;
}

const SLASHES = String.raw`\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)`;
const HASH = String.raw`#[^\n]*`;
const QUOTES = String.raw`"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?`;
const TRIPLE = String.raw`"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|${QUOTES}`;
const BACKTICK = '`(?:[^`\\\\]|\\\\.)*`?';

const c: Language = { keywords: C_LIKE, comment: SLASHES, string: `${QUOTES}|${BACKTICK}` };
const python: Language = { keywords: PYTHON, comment: HASH, string: TRIPLE };
const shell: Language = { keywords: SHELL, comment: String.raw`(?<![\w{$])#[^\n]*`, string: QUOTES };
const sql: Language = {
  keywords: SQL,
  comment: String.raw`--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)`,
  string: QUOTES,
  caseless: true,
};
const ruby: Language = { keywords: RUBY, comment: HASH, string: QUOTES };
const data: Language = { keywords: DATA, comment: HASH, string: QUOTES };
const json: Language = { keywords: DATA, comment: SLASHES, string: QUOTES };
const css: Language = { keywords: '', comment: String.raw`\/\*[\s\S]*?(?:\*\/|$)`, string: QUOTES };
const markup: Language = { keywords: '', comment: String.raw`<!--[\s\S]*?(?:-->|$)`, string: QUOTES };

const NAMES: [Language, string][] = [
  [
    c,
    'c cc cpp c++ h hpp cs csharp java kotlin kt swift go golang rust rs js javascript jsx mjs ts typescript tsx php scala dart zig solidity objc proto',
  ],
  [python, 'py python python3 gdscript'],
  [shell, 'sh bash zsh shell console fish powershell ps1 dockerfile docker makefile make'],
  [sql, 'sql postgres postgresql mysql sqlite plsql'],
  [ruby, 'rb ruby elixir ex perl pl lua r julia'],
  [data, 'yaml yml toml ini conf properties env nginx hcl terraform tf'],
  [json, 'json json5 jsonc'],
  [css, 'css scss less'],
  [markup, 'html xml svg vue svelte xhtml'],
];
const BY_NAME = new Map(
  NAMES.flatMap(([language, names]) => names.split(' ').map((name) => [name, language])),
);
const compiled = new Map<Language, { pattern: RegExp; keywords: Set<string> }>();

function compile(language: Language): { pattern: RegExp; keywords: Set<string> } {
  const known = compiled.get(language);
  if (known !== undefined) return known;
  const pattern = new RegExp(
    `(?<comment>${language.comment})|(?<string>${language.string})|(?<number>\\b\\d[\\w.]*)|(?<word>[A-Za-z_$][\\w$]*)`,
    'g',
  );
  const made = { pattern, keywords: new Set(language.keywords.split(' ')) };
  compiled.set(language, made);
  return made;
}

/**
 * Splits code into comments, strings, numbers, keywords and the rest, by one pass of one pattern per language
 * family. Unknown languages and very long blocks stay plain. The texts joined are always the code.
 */
export function highlight(code: string, language: string): Token[] {
  const family = BY_NAME.get(language.toLowerCase());
  if (family === undefined || code.length > LONGEST) return [{ kind: 'plain', text: code }];
  const { pattern, keywords } = compile(family);
  const tokens: Token[] = [];
  let plainFrom = 0;
  for (const match of code.matchAll(pattern)) {
    const groups = match.groups ?? {};
    const text = match[0];
    let kind: TokenKind = 'plain';
    if (groups['comment'] !== undefined) kind = 'comment';
    else if (groups['string'] !== undefined) kind = 'string';
    else if (groups['number'] !== undefined) kind = 'number';
    else if (keywords.has(family.caseless === true ? text.toLowerCase() : text)) kind = 'keyword';
    if (kind === 'plain') continue;
    if (match.index > plainFrom) tokens.push({ kind: 'plain', text: code.slice(plainFrom, match.index) });
    tokens.push({ kind, text });
    plainFrom = match.index + text.length;
  }
  if (plainFrom < code.length) tokens.push({ kind: 'plain', text: code.slice(plainFrom) });
  return tokens;
}
