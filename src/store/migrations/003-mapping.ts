/**
 * Schema 3: a scale for each output column, weights that the scale clips, four devices a weight, devices of a weight in several
 * arrays, and weight rows in another order than the word lines. What older stores hold had the mapping that the defaults say.
 */

export const mapping = `
-- JSON array: siemens for one unit of weight of each output column; null when beta is that of all columns. Where it is given, beta
-- is the smallest of them.
ALTER TABLE layers ADD COLUMN column_betas TEXT;
-- Weights whose conductance would have been beyond what their devices hold, and by how much the worst was changed (units of weight).
ALTER TABLE layers ADD COLUMN clipped_weights INTEGER NOT NULL DEFAULT 0 CHECK (clipped_weights >= 0);
ALTER TABLE layers ADD COLUMN largest_clip_error REAL NOT NULL DEFAULT 0 CHECK (largest_clip_error >= 0);

-- JSON array: numbers of the devices of each weight that are here, on adjacent bit lines. Of D devices a weight, the first half counts
-- for it, the second half against it. Tiles with the same rectangle of the matrix hold the other devices.
ALTER TABLE tiles ADD COLUMN devices TEXT NOT NULL DEFAULT '[0,1]';
-- JSON array: weight row, counted from first_row, of each word line of the region; null when they are in the order of the matrix.
ALTER TABLE tiles ADD COLUMN row_order TEXT;

UPDATE networks SET options = json_patch('{"scale": "layer", "devices": 2, "layout": "bit-lines"}', options);
`;
