import { createKeyFilter } from '../../../src/core/base/key-filter.ts';
import type { Stage } from '../../../src/tables/text/types.ts';

/**
 * Returns a stage that first asks a filter of its groups. SQLite is then not queried for most groups that do not exist; there are as many of these as rows
 * without a file.
 */
export function filtered(stage: Stage): Stage {
  const filter = createKeyFilter();
  return {
    put: (group, order, value) => {
      filter.add(group);
      stage.put(group, order, value);
    },
    get: (group, most) => (filter.mayHave(group) ? stage.get(group, most) : []),
    groups: () => stage.groups(),
    hasGroup: (beginning) => stage.hasGroup(beginning),
    get size() {
      return stage.size;
    },
    close: () => stage.close(),
  };
}
