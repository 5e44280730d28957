using System.IO.Pipelines;

namespace Cierre.Browser.Tests;

/// <summary>A stream whose content comes when the test says so, or fails.</summary>
internal static class LaterStream
{
    public static Stream Of(Task<byte[]> content)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        _ = WriteAsync();
        return pipe.Reader.AsStream();

        async Task WriteAsync()
        {
            try
            {
                await pipe.Writer.WriteAsync(await content);
                await pipe.Writer.CompleteAsync();
            }
            catch (Exception e)
            {
                await pipe.Writer.CompleteAsync(e);
            }
        }
    }
}
