import type { Command } from 'commander';

/** Variables of longplay that are not options of commands, and their effects. */
export const ownVariables: Readonly<Record<string, string>> = {
  LONGPLAY_CONFIG:
    'configuration file to read in place of those of the user and the system (docs/reference/configuration.md); `none`: read no configuration file, not even that of the archive',
  LONGPLAY_KEYS:
    'folder of the signing keys, and of what this machine remembers of logs; default: longplay/keys below XDG_CONFIG_HOME, else below ~/.config',
  LONGPLAY_OPENID_SECRET: 'secret that `serve` presents to the provider of `[openid]` (docs/how-to/serve.md), if no file holds it',
  LONGPLAY_TMPDIR: 'folder for temporary files; default: that of the system (TMPDIR, else /tmp)',
  LONGPLAY_FFMPEG: 'path of the FFmpeg to use; default: the first on PATH; `none`: use no FFmpeg',
  LONGPLAY_KEYRING: 'folder of the keyring of sealed archives; default: longplay/keyring in the configuration folder of the user',
  LONGPLAY_LIBOPUS: 'path of the libopus to load; default: that of the system; `none`: FFmpeg encodes and decodes Opus',
};

/** Variables shared with other programs. */
export const sharedVariables: Readonly<Record<string, string>> = {
  SOURCE_DATE_EPOCH: 'seconds since 1970 that stand for the current time, for reproducible archives, documents and packages',
  NO_COLOR: 'any value: no colors',
  TERM: '`dumb`: no colors and no control characters',
  PATH: 'where ffmpeg, ffplay, sox, xz, bzip2, zstd and the programs of a drill are looked for',
  XDG_CONFIG_HOME: 'folder of configuration; default: ~/.config',
  'AWS_*': 'how an object store is reached, and credentials, as for the AWS tools (docs/how-to/object-stores.md)',
};

/** A variable that sets an option. */
export interface OptionVariable {
  readonly variable: string;
  /** The option as help shows it, e.g. `--into <archive>`, in all forms that commands have. */
  readonly options: readonly string[];
  /** Commands with the option, as typed after `longplay`, in the order of help; null: all commands with options. */
  readonly commands: readonly string[] | null;
}

/** Returns the variables of all options, in code-point order; hidden options are left out. @param program with all commands */
export function optionVariables(program: Command): readonly OptionVariable[] {
  const found = new Map<string, { readonly options: Set<string>; readonly commands: Set<string> }>();
  const withOptions = program.commands.flatMap((top) => [top, ...top.commands]).filter(({ options }) => options.length > 0);
  for (const command of withOptions) {
    const name = command.parent === program || command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
    for (const { envVar, flags, hidden } of command.options) {
      if (envVar === undefined || hidden) continue;
      const { options, commands } = found.get(envVar) ?? { options: new Set(), commands: new Set() };
      // Drops the short form of the option.
      found.set(envVar, { options: options.add(flags.slice(flags.indexOf('--'))), commands: commands.add(name) });
    }
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([variable, { options, commands }]) => ({
      variable,
      options: [...options],
      commands: commands.size === withOptions.length ? null : [...commands],
    }));
}
