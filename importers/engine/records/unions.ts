import { byCodePoint } from '../../../src/core/base/order.ts';

/** Which calls are one because they share a file: the members of each, by the first of them. */
export interface Unions {
  /** The first member of a group's union; the group itself where it shares with nobody. */
  root(group: string): string;
  /** All members of a root, in order. */
  members(root: string): readonly string[];
}

/** Joins calls two by two. Memory holds those that share a file, and no others. */
export function openUnions(): {
  /** These two share a file. */
  join(a: string, b: string): void;
  /** What has come of it. */
  settled(): Unions;
} {
  const parent = new Map<string, string>();
  const sharing = new Set<string>();
  const find = (group: string): string => {
    let root = group;
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up;
    // Shortens the way for the next time.
    for (let at = group; at !== root; ) {
      const up = parent.get(at) ?? root;
      parent.set(at, root);
      at = up;
    }
    return root;
  };
  return {
    join: (a, b) => {
      sharing.add(a).add(b);
      const [one, other] = [find(a), find(b)];
      // The smaller name leads, so that the leader is met first when calls are walked in order.
      const order = byCodePoint(one, other);
      if (order < 0) parent.set(other, one);
      else if (order > 0) parent.set(one, other);
    },
    settled: () => {
      const members = new Map<string, string[]>();
      for (const group of [...sharing].sort(byCodePoint)) {
        const root = find(group);
        const known = members.get(root);
        if (known === undefined) members.set(root, [group]);
        else known.push(group);
      }
      return { root: find, members: (root) => members.get(root) ?? [root] };
    },
  };
}
