import { createHash } from 'node:crypto';

/** Characters of one case that are indexed, and of one question that are looked for. */
const indexedCharsMax = 20_000;
const askedCharsMax = 200;

const ideograph = String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]`;
const pieces = new RegExp(`(${ideograph}+)|(?:(?!${ideograph})[\\p{L}\\p{N}\\p{M}])+`, 'gu');

interface Piece {
  text: string;
  /** A run of characters without spaces between words, as Chinese is written. */
  isRun: boolean;
}

const piecesOf = (text: string): Piece[] =>
  [...text.normalize('NFKC').toLowerCase().matchAll(pieces)].map(([found, run]) => ({
    text: found,
    isRun: run !== undefined,
  }));

/** What each term of a tenant begins with, so that no search passes over what others wrote. */
const tagOf = (tenant: string): string => createHash('sha256').update(tenant).digest('hex').slice(0, 6);

/**
 * What a word begins with behind the tag. The table also keeps the first 9 to 20 characters of each term (`prefix`), which
 * are those of words by up to twelve of their own: a beginning that many words share is read as one list, not put together
 * from theirs. Other terms are shorter and are never asked for by their beginning.
 */
const wordMark = 'zz';

/** Each two neighbours; 理赔申请 is 理赔, 赔申, 申请. */
const pairsOf = (run: string): string[] => {
  const characters = [...run];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
};

/**
 * What a text is found by, separated by spaces: words, and of what is written without spaces each pair of neighbours and,
 * behind all, each character, so that any part of it is found, a single character included.
 */
export const indexTerms = (tenant: string, text: string): string => {
  const found = piecesOf(text.slice(0, indexedCharsMax));
  // The last character keeps two runs apart, which would be found as one.
  const inOrder = found.flatMap(({ text: piece, isRun }) =>
    isRun ? [...pairsOf(piece), [...piece].at(-1)] : [`${wordMark}${piece}`],
  );
  const characters = new Set(found.flatMap(({ text: piece, isRun }) => (isRun ? [...piece] : [])));
  const tag = tagOf(tenant);
  return [...inOrder, ...characters].map((term) => `${tag}${term}`).join(' ');
};

/**
 * What the full-text index is asked for: all that stands between spaces must be there; words in their order, the last one
 * by its beginning; Chinese as it stands, wherever it stands. Null where nothing is asked for.
 */
export const searchQuery = (tenant: string, asked: string): string | null => {
  const tag = tagOf(tenant);
  const phrases = asked
    .slice(0, askedCharsMax)
    .split(/\s+/)
    .flatMap((part) => phrasesOf(piecesOf(part), tag));
  return phrases.length === 0 ? null : phrases.join(' AND ');
};

// Words and pairs hold letters and digits only, so that nothing in them is syntax.
const phrasesOf = (found: Piece[], tag: string): string[] => {
  const phrases: string[] = [];
  const phraseOf = (terms: string[]): string => `"${terms.map((term) => `${tag}${term}`).join(' ')}"`;
  let words: string[] = [];
  const endWords = (): void => {
    if (words.length > 0) phrases.push(`${phraseOf(words)} *`);
    words = [];
  };
  for (const { text, isRun } of found) {
    if (!isRun) {
      words.push(`${wordMark}${text}`);
      continue;
    }
    endWords();
    const pairs = pairsOf(text);
    phrases.push(phraseOf(pairs.length === 0 ? [text] : pairs));
  }
  endWords();
  return phrases;
};
