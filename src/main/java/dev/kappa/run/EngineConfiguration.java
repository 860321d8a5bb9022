package dev.kappa.run;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.boot.autoconfigure.Jackson3Serializer;
import com.github.kagkarlsson.scheduler.boot.config.DbSchedulerConfigurationSupport;
import com.github.kagkarlsson.scheduler.boot.config.DbSchedulerCustomizer;
import com.github.kagkarlsson.scheduler.boot.config.DbSchedulerProperties;
import com.github.kagkarlsson.scheduler.boot.config.DbSchedulerStarter;
import com.github.kagkarlsson.scheduler.exceptions.ExecutionException;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import com.github.kagkarlsson.scheduler.stats.StatsRegistry;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.DeadExecutionHandler;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks.TaskBuilder;
import dev.kappa.run.Tasks.BlockId;
import dev.kappa.run.Tasks.RunId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** db-scheduler with our two tasks: as many threads as lanes, payloads of ids as JSON, a name for each start. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({EngineSettings.class, RetentionSettings.class})
class EngineConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(EngineConfiguration.class);

    /** After a failure outside the work itself, such as a database that went away for longer than our patience. */
    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(2);

    @Bean
    Task<BlockId> blockTask(BlockWorker worker, NamedWork named, Presence presence, Tasks tasks) {
        return new TaskBuilder<>(Tasks.BLOCK.getTaskName(), Tasks.BLOCK.getDataClass())
                .onFailure(new FailureHandler.OnFailureRetryLater<>(AFTER_TROUBLE))
                .onDeadExecution(revive(presence))
                .execute((instance, context) ->
                        next(named.block(instance.getData(), () -> worker.work(instance.getData())), tasks));
    }

    @Bean
    Task<RunId> concludeTask(Concluder concluder, NamedWork named, Presence presence, Tasks tasks) {
        return new TaskBuilder<>(Tasks.CONCLUDE.getTaskName(), Tasks.CONCLUDE.getDataClass())
                .onFailure(new FailureHandler.OnFailureRetryLater<>(AFTER_TROUBLE))
                .onDeadExecution(revive(presence))
                .execute((instance, context) -> {
                    String run = instance.getData().run();
                    return next(named.conclusion(run, () -> concluder.conclude(run)), tasks);
                });
    }

    /** What is revived keeps its place in the queue; nothing is while heartbeats tell nothing. */
    private static <T> DeadExecutionHandler<T> revive(Presence presence) {
        return (complete, operations) -> {
            if (presence.seesHeartbeats()) {
                LOG.warn("{} is taken over: its server has stopped beating", complete.getExecution().taskInstance);
                operations.reschedule(complete, complete.getExecution().executionTime);
            }
        };
    }

    private static <T> CompletionHandler<T> next(Optional<Duration> again, Tasks tasks) {
        return (complete, operations) -> {
            try {
                if (again.isEmpty()) {
                    operations.remove();
                } else if (again.get().isZero()) {
                    // What was handed back keeps its place in the queue.
                    operations.reschedule(complete, complete.getExecution().executionTime);
                } else {
                    tasks.putOff(complete.getExecution().taskInstance);
                    operations.reschedule(complete, complete.getTimeDone().plus(again.get()));
                }
            } catch (ExecutionException e) {
                LOG.info("{} is another server's meanwhile", complete.getExecution().taskInstance);
            }
        };
    }

    @Bean
    DbSchedulerCustomizer schedulerCustomizer(Presence presence, LeftRuns left) {
        return new DbSchedulerCustomizer() {
            @Override
            public Optional<SchedulerName> schedulerName() {
                return Optional.of(new SchedulerName.Fixed(presence.name()));
            }

            @Override
            public Optional<Serializer> serializer() {
                return Optional.of(new Jackson3Serializer());
            }

            @Override
            public Optional<JdbcCustomization> jdbcCustomization() {
                return Optional.of(left);
            }
        };
    }

    /** A server without devices hands work to the engine, and takes none. */
    @Bean
    @ConditionalOnProperty(name = "kappa.role", havingValue = "api")
    DbSchedulerStarter noWork() {
        return () -> LOG.info("This server answers requests; others measure");
    }

    @Bean(destroyMethod = "stop")
    @DependsOnDatabaseInitialization
    Scheduler scheduler(
            DbSchedulerProperties properties,
            DbSchedulerCustomizer customizer,
            StatsRegistry statistics,
            Clock clock,
            DataSource dataSource,
            List<Task<?>> tasks,
            EngineSettings settings,
            @Value("${kappa.devices:cpu}") List<String> devices,
            Recovery recovery) {
        recovery.run();
        properties.setThreads(settings.lanes(devices.size()));
        return DbSchedulerConfigurationSupport.buildScheduler(
                properties, customizer, statistics, clock, dataSource, tasks, List.of(), List.of());
    }
}
