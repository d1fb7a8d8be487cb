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

/** Each two neighbours; 理赔申请 is 理赔, 赔申, 申请. */
const pairsOf = (run: string): string[] => {
  const characters = [...run];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
};

/**
 * What a text is found by, separated by spaces: words, and of what is written without spaces each pair of neighbours and
 * the last character, so that any part of it is found, a single character included.
 */
export const indexTerms = (text: string): string =>
  piecesOf(text.slice(0, indexedCharsMax))
    .flatMap(({ text: piece, isRun }) => (isRun ? [...pairsOf(piece), [...piece].at(-1)] : [piece]))
    .join(' ');

/**
 * What the full-text index is asked for: all that stands between spaces must be there; words in their order, the last one
 * by its beginning; Chinese as it stands, wherever it stands. Null where nothing is asked for.
 */
export const searchQuery = (asked: string): string | null => {
  const phrases = asked
    .slice(0, askedCharsMax)
    .split(/\s+/)
    .flatMap((part) => phrasesOf(piecesOf(part)));
  return phrases.length === 0 ? null : phrases.join(' AND ');
};

// Words and pairs hold letters and digits only, so that nothing in them is syntax.
const phrasesOf = (found: Piece[]): string[] => {
  const phrases: string[] = [];
  let words: string[] = [];
  const endWords = (): void => {
    if (words.length > 0) phrases.push(`"${words.join(' ')}" *`);
    words = [];
  };
  for (const { text, isRun } of found) {
    if (!isRun) {
      words.push(text);
      continue;
    }
    endWords();
    const pairs = pairsOf(text);
    phrases.push(pairs.length === 0 ? `"${text}" *` : `"${pairs.join(' ')}"`);
  }
  endWords();
  return phrases;
};
