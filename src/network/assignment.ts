/** The assignment problem: each of a few jobs gets a worker of its own so that the costs add up to the least. */

/**
 * The Hungarian method with potentials and shortest augmenting paths (Kuhn 1955; Jonker and Volgenant, Computing 38:325, 1987):
 * at most jobs^2 x workers steps.
 * @param costs jobs x workers, job by job; finite. @param workers at least as many as there are jobs.
 * @returns the worker of each job.
 * @throws TypeError when sizes do not match.
 */
export function cheapestAssignment(costs: Float64Array, workers: number): Int32Array {
  const jobs = workers === 0 ? 0 : costs.length / workers;
  if (!Number.isInteger(jobs) || jobs > workers) {
    throw new TypeError(`${costs.length} costs for ${workers} workers`);
  }
  const state: Matching = {
    jobPotential: new Float64Array(jobs),
    workerPotential: new Float64Array(workers),
    jobOf: new Int32Array(workers).fill(nobody),
  };
  for (let job = 0; job < jobs; job++) augment(state, costs, job);
  const workerOf = new Int32Array(jobs);
  state.jobOf.forEach((job, worker) => {
    if (job !== nobody) workerOf[job] = worker;
  });
  return workerOf;
}

const nobody = -1;

interface Matching {
  readonly jobPotential: Float64Array;
  readonly workerPotential: Float64Array;
  readonly jobOf: Int32Array;
}

/** Gives one more job a worker along the cheapest path of exchanges; changes the matching, which nobody else sees. */
function augment(matching: Matching, costs: Float64Array, newJob: number): void {
  const { jobPotential, workerPotential, jobOf } = matching;
  const workers = jobOf.length;
  const distance = new Float64Array(workers).fill(Number.POSITIVE_INFINITY);
  const previous = new Int32Array(workers).fill(nobody);
  const visited = new Uint8Array(workers);
  let job = newJob;
  let worker = nobody;
  let reached = 0;
  do {
    let next = nobody;
    for (let other = 0; other < workers; other++) {
      if (visited[other] !== 0) continue;
      const reduced = costs[job * workers + other]! - jobPotential[job]! - workerPotential[other]!;
      if (reached + reduced < distance[other]!) {
        distance[other] = reached + reduced;
        previous[other] = worker;
      }
      if (next === nobody || distance[other]! < distance[next]!) next = other;
    }
    worker = next;
    visited[worker] = 1;
    reached = distance[worker]!;
    job = jobOf[worker]!;
  } while (job !== nobody);
  jobPotential[newJob]! += reached;
  for (let other = 0; other < workers; other++) {
    if (visited[other] === 0 || other === worker) continue;
    const slack = reached - distance[other]!;
    workerPotential[other]! -= slack;
    jobPotential[jobOf[other]!]! += slack;
  }
  while (worker !== nobody) {
    const before = previous[worker]!;
    jobOf[worker] = before === nobody ? newJob : jobOf[before]!;
    worker = before;
  }
}
