import { dataFunction, viewerVersion } from '../../core/page/viewer-data.ts';

// The data are scripts, because a page on a file system may load nothing else: each calls a function of the page with its name and a JSON text.

/** Loads data scripts, each at most once at a time. */
export interface DataScripts {
  /** Returns the value of `data/<name>.js`. @throws Error if there is no such file, or it contains something else */
  load(name: string): Promise<unknown>;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(input: string): string }): { createScriptURL(input: string): string };
}

/** Matches script names inside the viewer folder; rejects paths that leave it. */
const scriptName = /^[a-z0-9-]+(\/[a-z0-9][a-z0-9.-]*)*$/;

/** Creates the loader. There is one per page, because its function is global. */
export function createDataScripts(): DataScripts {
  const waiting = new Map<string, (text: string) => void>();
  const global = globalThis as unknown as Record<string, unknown> & { readonly trustedTypes?: TrustedTypes }; // the window, by name
  global[dataFunction] = (name: unknown, text: unknown): void => {
    if (typeof name === 'string' && typeof text === 'string') waiting.get(name)?.(text);
  };
  const rules = {
    createScriptURL: (name: string): string => {
      if (!scriptName.test(name)) throw new Error('not a data script');
      return `data/${name}.js`;
    },
  };
  const policy = global.trustedTypes?.createPolicy('longplay', rules) ?? rules;
  const loading = new Map<string, Promise<unknown>>();
  const start = (name: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const element = document.createElement('script');
      let text: string | null = null;
      waiting.set(name, (given) => {
        text = given;
      });
      const end = (): void => {
        waiting.delete(name);
        loading.delete(name);
        element.remove();
      };
      element.onload = () => {
        end();
        try {
          if (text === null) throw new Error(`data/${name}.js holds no data`);
          resolve(JSON.parse(text));
        } catch (error) {
          reject(error);
        }
      };
      element.onerror = () => {
        end();
        reject(new Error(`data/${name}.js cannot be read`));
      };
      element.src = policy.createScriptURL(name);
      document.head.append(element);
    });
  return {
    load: (name) => {
      const running = loading.get(name) ?? start(name);
      loading.set(name, running);
      return running;
    },
  };
}

/** Returns the content of a script if it has this page's version; longplay writes both together. @throws Error if its version differs */
export function checked<Value extends { readonly version: number }>(value: unknown, name: string): Value {
  const known = value as Value; // written by longplay beside this page; its version is what could differ
  if (known?.version !== viewerVersion) throw new Error(`data/${name}.js is of another version than this page: run longplay viewer`);
  return known;
}
