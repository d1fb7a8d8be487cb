import type { Json } from '../../machines/kernel/json.ts';

/** What a request may be filled with. */
export type Parameters = { readonly [name: string]: string | number | undefined };

const placeholder = /\{([A-Za-z]+)\}/g;

/** The names of the placeholders in a template, each as often as it occurs. */
export const placeholdersOf = (template: Json): string[] => {
  if (typeof template === 'string') {
    return [...template.matchAll(placeholder)].map(([, name = '']) => name);
  }
  return typeof template === 'object' && template !== null
    ? Object.values(template).flatMap(placeholdersOf)
    : [];
};

/** A text with its placeholders filled, each value written by `write`; what is not given is empty. */
export const fillText = (
  template: string,
  parameters: Parameters,
  write: (value: string) => string = (value) => value,
): string => template.replace(placeholder, (_, name: string) => write(String(parameters[name] ?? '')));

/**
 * A body with its placeholders filled. A text that is nothing but one placeholder becomes the value itself, so that
 * a number stays one; an object's field for which nothing is given is left out.
 */
export const fillBody = (template: Json, parameters: Parameters): Json => {
  if (typeof template === 'string') {
    const whole = /^\{([A-Za-z]+)\}$/.exec(template)?.[1];
    return whole === undefined ? fillText(template, parameters) : (parameters[whole] ?? '');
  }
  if (Array.isArray(template)) {
    return template.map((item) => fillBody(item, parameters));
  }
  if (typeof template === 'object' && template !== null) {
    return Object.fromEntries(
      Object.entries(template)
        .filter(([, value]) => !isUngiven(value, parameters))
        .map(([key, value]) => [key, fillBody(value, parameters)]),
    );
  }
  return template;
};

const isUngiven = (value: Json, parameters: Parameters): boolean => {
  const whole = typeof value === 'string' ? /^\{([A-Za-z]+)\}$/.exec(value)?.[1] : undefined;
  return whole !== undefined && parameters[whole] === undefined;
};
