/**
 * A preload for workers, `node --import ./cli/tuned-worker.mjs …`: it gets two safety nets of Temporal's SDK for less.
 * Worker threads inherit it, and only in them does it do anything. `worker.tuned` in temporal.yaml switches it on.
 *
 * Watchdog. The SDK passes a time-out to every call into the workflow's VM, several per activation, and Node starts and
 * ends a thread for each. Here one such watchdog stands over the whole activation: all that runs workflow code is still
 * under it, for the same time in all, and a stuck workflow fails its task and stops no other.
 *
 * Stack traces. The SDK takes and source-maps a stack for every promise a workflow makes, to answer one query of
 * Temporal's pages, which now says that there is none; CASELOOM_STACK_TRACES=1 brings it back.
 */
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/** The SDK whose insides are known to be as this file expects. */
const knownVersion = '1.24.0';

if (!isMainThread) {
  tune(createRequire(import.meta.url));
}

function tune(require) {
  const { version } = require('@temporalio/worker/package.json');
  if (version !== knownVersion) {
    throw new Error(
      `The tuned worker knows Temporal's SDK ${knownVersion}, not ${version}: set worker.tuned to false.`,
    );
  }
  const { BaseVMWorkflow, GlobalHandlers } = require('@temporalio/worker/lib/workflow/vm-shared');
  watchOverActivations(BaseVMWorkflow);
  if (process.env.CASELOOM_STACK_TRACES !== '1') {
    // As on a runtime without promise hooks, which the SDK allows for.
    GlobalHandlers.prototype.setPromiseHook = () => undefined;
  }
}

function watchOverActivations(BaseVMWorkflow) {
  const { runInContext } = vm.Script.prototype;
  const { activate } = BaseVMWorkflow.prototype;
  const outside = vm.createContext({ work: undefined });
  const callWork = new vm.Script('work()');
  let timeout;
  let watched = false;

  vm.Script.prototype.runInContext = function (context, options) {
    if (options?.timeout === undefined) {
      return runInContext.call(this, context, options);
    }
    // Every workflow's VM is set up under the SDK's own time-out before its first activation.
    timeout = options.timeout;
    return runInContext.call(this, context, watched ? { ...options, timeout: undefined } : options);
  };

  // The calls into the VM all come before the first await of the SDK's function.
  BaseVMWorkflow.prototype.activate = async function (activation) {
    outside.work = () => activate.call(this, activation);
    watched = true;
    let completion;
    try {
      completion = runInContext.call(callWork, outside, { timeout });
    } catch (error) {
      return { runId: this.runId, failed: { failure: this.activator.errorToFailure(error) } };
    } finally {
      watched = false;
      outside.work = undefined;
    }
    return await completion;
  };
}
