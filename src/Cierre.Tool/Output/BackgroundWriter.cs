using System.Threading.Channels;

namespace Cierre.Tool.Output;

/// <summary>Writes what is handed to it, one after the other, in a task of its own: a slow reader of our output, or a thousand closes at once, hold nobody
/// up.</summary>
internal sealed class BackgroundWriter<T>
{
    // What is left to write at the end; a reader that takes nothing must not keep the process.
    private static readonly TimeSpan LastLines = TimeSpan.FromSeconds(1);

    private readonly Channel<T> _items = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writing;

    public BackgroundWriter(Action<T> write) => _writing = Task.Run(async () =>
    {
        await foreach (T item in _items.Reader.ReadAllAsync()) write(item);
    });

    public void Add(T item) => _items.Writer.TryWrite(item);

    public async Task FinishAsync()
    {
        _items.Writer.TryComplete();
        await _writing.WaitAsync(LastLines).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
