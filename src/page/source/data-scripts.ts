import { dataFunction } from '../../core/page/viewer-data.ts';

// Data comes as scripts, for that is what a page on a file system may load: each calls a function of ours with its name and a text of JSON.

/** Loads data scripts, each once at a time. */
export interface DataScripts {
  /** The value of `data/<name>.js`. @throws Error where there is no such file, or it holds something else */
  load(name: string): Promise<unknown>;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(input: string): string }): { createScriptURL(input: string): string };
}

/** Names that this page loads: nothing that leads elsewhere. */
const scriptName = /^[a-z0-9-]+(\/[a-z0-9][a-z0-9.-]*)*$/;

/** The loader; there is one in a page, for its function is global. */
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
