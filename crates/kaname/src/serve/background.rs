//! What the running program does by itself: checkpoints, news between nodes, deadlines, work that
//! waits, forgetting what expired.

use std::{future::Future, sync::Arc, time::Duration};

use super::{
    bus::Bus,
    doors::Shifts,
    steady::{self, Steady},
    telling::Seldom,
};
use kaname_world::{World, WorldError, worker::Worker};
use tokio::{
    sync::{Mutex, watch},
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

/// How often the outbox is read when nothing wakes this node.
const OFTEN: Duration = Duration::from_millis(250);
/// Longest wait for a running turn at the end.
const ENDING: Duration = Duration::from_secs(10);
/// How often a failure that goes on is told.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Starts all loops; they end when `stop` says so. Without shifts waiting jobs are left to others.
pub(crate) fn start(
    world: &Arc<World>,
    shifts: Shifts,
    bus: Option<Bus>,
    steady: Steady,
    stop: watch::Receiver<bool>,
) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let own = Arc::clone(world);
    tasks.spawn(every(
        "checkpoint",
        Duration::from_secs(1),
        stop.clone(),
        move || {
            let world = Arc::clone(&own);
            async move { world.checkpoint().await.map(|_| ()) }
        },
    ));
    let own = Arc::clone(world);
    // A store that hangs, or whose file is gone, is told of whether or not somebody probes.
    tasks.spawn(every(
        "looking after the store",
        Duration::from_secs(5),
        stop.clone(),
        move || {
            let world = Arc::clone(&own);
            async move { Ok(world.store().ping().await?) }
        },
    ));
    let own = Arc::clone(world);
    let steady = Arc::new(Mutex::new(steady));
    tasks.spawn(every(
        "deadlines",
        Duration::from_secs(5),
        stop.clone(),
        move || {
            let (world, steady) = (Arc::clone(&own), Arc::clone(&steady));
            async move {
                let mut steady = steady.lock().await;
                if steady.is_behind() {
                    steady.told(steady::newest(&world).await);
                }
                let believed = steady.look(world.now());
                world.doubt_clock(steady.doubt());
                match believed {
                    // What lapses now would not come back when the clock is put right, and a peer read now
                    // would not be read again before the time it was taken to be.
                    true => {
                        world.sweep().await?;
                        world.queue_turns().await?;
                        world.queue_watch().await
                    }
                    false => Ok(()),
                }
            }
        },
    ));
    let own = Arc::clone(world);
    tasks.spawn(every(
        "settling",
        Duration::from_secs(60),
        stop.clone(),
        move || {
            let world = Arc::clone(&own);
            async move { world.settle_reports().await.map(|_| ()) }
        },
    ));
    let own = Arc::clone(world);
    tasks.spawn(every(
        "forgetting",
        Duration::from_secs(60),
        stop.clone(),
        move || {
            let world = Arc::clone(&own);
            async move {
                world.store().kv_sweep(world.now()).await?;
                Ok(())
            }
        },
    ));
    tasks.spawn(fetched(Arc::clone(world), stop.clone()));
    tasks.spawn(news(Arc::clone(world), bus, stop.clone()));
    for duties in shifts {
        let worker = Worker::new(Arc::clone(world), duties);
        tasks.spawn(jobs(worker, stop.clone()));
    }
    tasks
}

/// Waits until all loops have ended, ten seconds at most.
pub(crate) async fn end(mut tasks: JoinSet<()>) {
    let ended = async { while tasks.join_next().await.is_some() {} };
    if timeout(ENDING, ended).await.is_err() {
        tracing::warn!("a background loop did not end in time");
    }
}

/// Does something again and again. A failure is told and tried again at the next turn.
async fn every<F, W>(name: &'static str, pause: Duration, mut stop: watch::Receiver<bool>, work: F)
where
    F: Fn() -> W,
    W: Future<Output = Result<(), WorldError>>,
{
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seldom = Seldom::new(TELL_EVERY);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            _ = ticks.tick() => {}
        }
        if let Err(error) = work().await
            && let Some(cause) = seldom.worth(&error)
        {
            tracing::error!(task = name, cause, "a background task failed");
        }
    }
}

/// Writes down who fetched what, every few seconds and once at the end.
async fn fetched(world: Arc<World>, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(Duration::from_secs(3));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seldom = Seldom::new(TELL_EVERY);
    loop {
        let ending = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => true,
            _ = ticks.tick() => false,
        };
        if let Err(error) = world.write_fetched().await
            && let Some(cause) = seldom.worth(&error)
        {
            tracing::error!(cause, "fetches could not be written down");
        }
        if ending {
            break;
        }
    }
}

/// Carries news from the outbox to live pages: at once what this node wrote, as soon as the bus says
/// so what others wrote, and in any case at every tick: the table is the truth, the bus only wakes.
async fn news(world: Arc<World>, bus: Option<Bus>, mut stop: watch::Receiver<bool>) {
    let mut position = world.store().last_notice().await.unwrap_or_default();
    let mut said = position;
    let pause = bus.as_ref().map_or(OFTEN, Bus::look_every);
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seldom = Seldom::new(TELL_EVERY);
    loop {
        let own = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            _ = ticks.tick() => false,
            () = world.stirred() => true,
            newest = woken(bus.as_ref()) => {
                if newest == position {
                    continue;
                }
                false
            }
        };
        match world.pump(position).await {
            Ok(newest) => {
                position = newest;
                // What this node wrote may have been read at a tick before it knew that it was its own.
                if own
                    && position > said
                    && let Some(bus) = &bus
                {
                    bus.wake(position);
                    said = position;
                }
            }
            Err(error) => {
                if let Some(cause) = seldom.worth(&error) {
                    tracing::error!(cause, "news could not be read");
                }
            }
        }
    }
}

/// Until the bus says how far the outbox has come; forever without a bus.
async fn woken(bus: Option<&Bus>) -> u64 {
    match bus {
        Some(bus) => bus.woken().await,
        None => std::future::pending().await,
    }
}

/// Does waiting jobs, at once while there are some.
async fn jobs(worker: Worker, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(Duration::from_millis(500));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seldom = Seldom::new(TELL_EVERY);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            _ = ticks.tick() => {}
        }
        loop {
            match worker.turn().await {
                Ok(0) => break,
                Ok(_) if *stop.borrow() => return,
                Ok(_) => {}
                Err(error) => {
                    if let Some(cause) = seldom.worth(&error) {
                        tracing::error!(cause, "jobs could not be taken");
                    }
                    break;
                }
            }
        }
    }
}
