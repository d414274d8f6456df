/**
 * Packing rectangles into a strip of an array by the skyline method: every rectangle goes where its last row is lowest,
 * then where the least area is buried under it, then leftmost. Source: J. Jylänki, "A Thousand Ways to Pack the Bin", 2010.
 */

export interface Bin {
  readonly rows: number;
  readonly columns: number;
}

export interface Spot {
  readonly bin: number;
  readonly row: number;
  readonly column: number;
}

/** A step of the skyline: from `column` on, for `columns`, the first free row is `row`. */
interface Step {
  readonly column: number;
  readonly columns: number;
  readonly row: number;
}

/**
 * Spots for all rectangles, in their order, without overlaps; undefined when they do not fit.
 * Rectangles are placed from the tallest and widest down, in the first bin with room.
 */
export function packRectangles(rectangles: readonly Bin[], bins: readonly Bin[]): Spot[] | undefined {
  const skylines = bins.map(({ columns }): Step[] => [{ column: 0, columns, row: 0 }]);
  const order = rectangles.map((_, index) => index).sort((a, b) => taller(rectangles[a]!, rectangles[b]!));
  const spots: Spot[] = new Array(rectangles.length);
  for (const index of order) {
    const spot = placeOne(rectangles[index]!, bins, skylines);
    if (spot === undefined) return undefined;
    spots[index] = spot;
  }
  return spots;
}

const taller = (a: Bin, b: Bin): number => b.rows - a.rows || b.columns - a.columns;

function placeOne(rectangle: Bin, bins: readonly Bin[], skylines: Step[][]): Spot | undefined {
  for (const [bin, size] of bins.entries()) {
    const skyline = skylines[bin]!;
    const spot = bestSpot(rectangle, size, skyline);
    if (spot === undefined) continue;
    skylines[bin] = raised(skyline, spot.column, rectangle, spot.row + rectangle.rows);
    return { bin, row: spot.row, column: spot.column };
  }
  return undefined;
}

interface Candidate {
  readonly row: number;
  readonly column: number;
  /** Cells below the rectangle that can no longer be used. */
  readonly buried: number;
}

function bestSpot(rectangle: Bin, bin: Bin, skyline: readonly Step[]): Candidate | undefined {
  let best: Candidate | undefined;
  for (const step of skyline) {
    if (step.column + rectangle.columns > bin.columns) break;
    const found = spotAt(step.column, rectangle.columns, skyline);
    const better =
      best === undefined || found.row < best.row || (found.row === best.row && found.buried < best.buried);
    if (better && found.row + rectangle.rows <= bin.rows) best = found;
  }
  return best;
}

function spotAt(column: number, columns: number, skyline: readonly Step[]): Candidate {
  const under = skyline.filter(
    (step) => step.column < column + columns && step.column + step.columns > column,
  );
  const row = Math.max(...under.map((step) => step.row));
  const buried = under.reduce((sum, step) => sum + (row - step.row) * overlap(step, column, columns), 0);
  return { row, column, buried };
}

const overlap = (step: Step, column: number, columns: number): number =>
  Math.min(step.column + step.columns, column + columns) - Math.max(step.column, column);

/** The skyline after a rectangle was put at `column`; neighbours of equal height are joined. */
function raised(skyline: readonly Step[], column: number, { columns }: Bin, row: number): Step[] {
  const end = column + columns;
  const cut = skyline.flatMap((step): Step[] => [
    ...(step.column < column ? [{ ...step, columns: Math.min(step.columns, column - step.column) }] : []),
    ...(step.column + step.columns > end
      ? [
          {
            ...step,
            column: Math.max(step.column, end),
            columns: step.column + step.columns - Math.max(step.column, end),
          },
        ]
      : []),
  ]);
  return joined([...cut, { column, columns, row }].sort((a, b) => a.column - b.column));
}

function joined(steps: readonly Step[]): Step[] {
  const result: Step[] = [];
  for (const step of steps) {
    const last = result.at(-1);
    if (last?.row !== step.row) result.push(step);
    else result.splice(-1, 1, { ...last, columns: last.columns + step.columns });
  }
  return result;
}
