namespace Cierre.AspNetCore.Admission;

/// <summary>How many connections one endpoint takes, and has. The count belongs to <see cref="Capacity"/>.</summary>
internal sealed class EndpointCapacity(int? most, RefusalMode? response)
{
    public int? Most => most;

    /// <summary>Null: as the whole server.</summary>
    public RefusalMode? Response => response;

    public int Taken { get; set; }
}
