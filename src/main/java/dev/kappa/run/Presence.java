package dev.kappa.run;

import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.boot.config.DbSchedulerProperties;
import dev.kappa.home.Home;
import jakarta.annotation.PreDestroy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.stereotype.Component;

/**
 * Which servers are there, known in two ways. A server holds an advisory lock under its name in one session of the
 * database; the session ends with the process, at once and however it ends. And it beats, as db-scheduler does it.
 *
 * <ul>
 *   <li>Lock gone and two beats missed: it is dead, and what it worked on is taken over at once.
 *   <li>Lock held and all beats of a lease missed, as when it was halted or cut off: db-scheduler revives its work.
 *   <li>Neither is believed by a server that has not itself had the database for one whole lease without a break:
 *       after an outage everyone looks dead until they have had the time to beat again.
 * </ul>
 */
@Component
@DependsOnDatabaseInitialization
class Presence {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

    /** The space of our locks among the database's advisory ones: "kapp". */
    private static final int LOCKS = 0x6b617070;

    private static final int LONGEST_HOST = 30;
    private static final int MISSED_WITHOUT_LOCK = 2;
    private static final int NETWORK_TIMEOUT_MILLIS = 10_000;

    private static final String RELEASE =
            """
            update scheduled_tasks task set %s
            where picked and picked_by <> ? and last_heartbeat < clock_timestamp() - make_interval(secs => ?)
              and not exists (select 1 from pg_locks held join pg_database here on here.oid = held.database
                where here.datname = current_database() and held.locktype = 'advisory' and held.granted
                  and held.classid::bigint = ? and held.objid::bigint = hashtext(task.picked_by)::bigint & 4294967295)"""
                    .formatted(Tasks.RELEASED);

    private final DataSource dataSource;
    private final DatabaseClock clock;
    private final Tasks tasks;
    private final String name;
    private final Duration heartbeat;
    private final long leaseNanos;
    private final long beatNanos;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread created = new Thread(work, "presence");
        created.setDaemon(true);
        return created;
    });
    private Connection session;
    private volatile long since;
    private volatile long last;

    Presence(DataSource dataSource, DatabaseClock clock, Tasks tasks, Home home, DbSchedulerProperties properties) {
        this.dataSource = dataSource;
        this.clock = clock;
        this.tasks = tasks;
        this.heartbeat = properties.getHeartbeatInterval();
        this.leaseNanos = heartbeat.multipliedBy(properties.getMissedHeartbeatsLimit()).toNanos();
        this.beatNanos = heartbeat.dividedBy(3).toNanos();
        String host = new SchedulerName.Hostname().getName();
        this.name = host.substring(0, Math.min(LONGEST_HOST, host.length())) + prefix(home) + random();
        beat();
        thread.scheduleWithFixedDelay(this::beat, beatNanos, beatNanos, TimeUnit.NANOSECONDS);
    }

    /** Two starts of one home are two workers: a name that came back would look alive. */
    String name() {
        return name;
    }

    /** The part of the name that all starts of a home have. */
    static String prefix(Home home) {
        return "-" + home.id() + "-";
    }

    /** True where a missed heartbeat tells something about the server that missed it. */
    boolean seesHeartbeats() {
        long now = System.nanoTime();
        return now - last < 3 * beatNanos && now - since >= leaseNanos;
    }

    private void beat() {
        long start = System.nanoTime();
        try {
            if (session == null || start - last > leaseNanos / 2) {
                since = start;
            }
            if (session == null) {
                session = open();
            }
            readClock();
            last = System.nanoTime();
            if (seesHeartbeats()) {
                release();
            }
        } catch (SQLException | RuntimeException e) {
            // Once a session: while the database is away, everything else says so too.
            LOG.atLevel(session == null ? Level.DEBUG : Level.WARN)
                    .setCause(e)
                    .log("This server cannot look after the tasks of others");
            close();
        }
    }

    private Connection open() throws SQLException {
        Connection opened = dataSource.getConnection();
        try {
            opened.setNetworkTimeout(Runnable::run, NETWORK_TIMEOUT_MILLIS);
            // Shared, so that a session which the database still believes in is not in the way.
            try (PreparedStatement lock = opened.prepareStatement("select pg_advisory_lock_shared(?, hashtext(?))")) {
                lock.setInt(1, LOCKS);
                lock.setString(2, name);
                lock.execute();
            }
            return opened;
        } catch (SQLException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void readClock() throws SQLException {
        long before = System.nanoTime();
        try (PreparedStatement select = session.prepareStatement("select clock_timestamp()");
                ResultSet row = select.executeQuery()) {
            row.next();
            Timestamp time = row.getTimestamp(1);
            clock.set(time.toInstant(), before + (System.nanoTime() - before) / 2);
        }
    }

    private void release() throws SQLException {
        try (PreparedStatement update = session.prepareStatement(RELEASE)) {
            update.setString(1, name);
            update.setDouble(2, MISSED_WITHOUT_LOCK * heartbeat.toMillis() / 1e3);
            update.setLong(3, LOCKS);
            int released = update.executeUpdate();
            if (released > 0) {
                LOG.warn("{} tasks of servers that are gone are taken over", released);
                tasks.wake();
            }
        }
    }

    /** Called after the engine has stopped: a server stops beating last. */
    @PreDestroy
    void stop() throws InterruptedException {
        thread.shutdown();
        thread.awaitTermination(NETWORK_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        close();
    }

    /** A pooled session would keep the lock. */
    private void close() {
        if (session != null) {
            try (Connection closing = session;
                    PreparedStatement unlock = closing.prepareStatement("select pg_advisory_unlock_all()")) {
                unlock.execute();
            } catch (SQLException e) {
                LOG.debug("The session has ended before", e);
            }
            session = null;
        }
    }

    private static String random() {
        return UUID.randomUUID().toString().substring(0, 8);
    }
}
